// Looks how far a request is and shows the page anew when that has changed. Without this a link does it.
// While the service cannot be reached the page says so, and looks less and less often.
const progress = document.getElementById("progress");
const unreached = document.getElementById("unreached");
const WAIT_MS = 1500;
const LONGEST_WAIT_MS = 24_000;

/** Return "same", "changed" (also where the session has ended or the request is gone), or "unreached". */
async function found() {
  try {
    const answer = await fetch(progress.dataset.address, {
      headers: { Accept: "application/json" },
      cache: "no-store",
      redirect: "manual", // whoever is no longer signed in is led to the sign-in, by the page itself
    });
    if (answer.type === "opaqueredirect" || answer.status === 404) return "changed";
    if (!answer.ok) return "unreached";
    const { state, finished } = await answer.json();
    return finished || state !== progress.dataset.state ? "changed" : "same";
  } catch {
    return "unreached";
  }
}

async function look(waited) {
  const what = await found();
  if (what === "changed") {
    location.reload();
    return;
  }
  unreached.hidden = what === "same";
  const wait = what === "same" ? WAIT_MS : Math.min(2 * waited, LONGEST_WAIT_MS);
  setTimeout(look, wait, wait);
}

if (progress?.dataset.address) setTimeout(look, WAIT_MS, WAIT_MS);
