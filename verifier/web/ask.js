// Looks how far a request is and shows the page anew when that has changed. Without this a link does it.
const progress = document.getElementById("progress");
const WAIT_MS = 1500;
const MOST_FAILURES = 20;

async function look(failures) {
  let left = failures;
  try {
    const answer = await fetch(progress.dataset.address, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (answer.ok) {
      const found = await answer.json();
      if (found.state !== progress.dataset.state || found.finished) {
        location.reload();
        return;
      }
      left = MOST_FAILURES;
    } else if (answer.status === 404) {
      location.reload();
      return;
    } else {
      left -= 1;
    }
  } catch {
    left -= 1;
  }
  if (left > 0) setTimeout(look, WAIT_MS, left);
}

if (progress?.dataset.address) setTimeout(look, WAIT_MS, MOST_FAILURES);
