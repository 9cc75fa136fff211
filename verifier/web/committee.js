// Checks criteria while they are written, and puts the cursor on the line of a mistake. Without this the button does it.
const area = document.getElementById("yaml");
const said = document.getElementById("said");
const WAIT_MS = 700;

function goTo(line) {
  const lines = area.value.split("\n");
  const start = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  area.setSelectionRange(start, start + (lines[line - 1] ?? "").length);
  const height = Number.parseFloat(getComputedStyle(area).lineHeight) || 20;
  area.scrollTop = Math.max(0, (line - 5) * height);
}

function show(answer) {
  const note = document.createElement("div");
  note.className = answer.good ? "note ok" : "note bad";
  const text = document.createElement("div");
  const title = document.createElement("b");
  title.textContent = answer.said;
  text.append(title);
  for (const each of answer.problems) {
    const line = document.createElement("code");
    line.lang = "en";
    line.textContent = ` ${each}`;
    text.append(line);
  }
  note.append(text);
  said.replaceChildren(note);
}

let running = null;
async function check() {
  running?.abort();
  running = new AbortController();
  const form = area.form;
  const token = form?.querySelector('input[name="form_token"]')?.value ?? "";
  try {
    const answer = await fetch(area.dataset.check, {
      method: "POST",
      headers: { "Content-Type": "application/x-www-form-urlencoded", Accept: "application/json", "X-Form-Token": token },
      body: new URLSearchParams({ yaml: area.value, form_token: token }),
      signal: running.signal,
    });
    if (answer.ok) show(await answer.json());
  } catch {
    // Offline, or overtaken by the next change: the button checks as well.
  }
}

if (area && said && !area.readOnly) {
  let waiting = 0;
  area.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(check, WAIT_MS);
  });
}
if (area?.dataset.line) goTo(Number(area.dataset.line));
document.getElementById("news")?.focus();
