// Warns before a session ends, and keeps it with one press. Every answer of the bank to this page counts as a use.

const part = document.getElementById("session");
const soon = document.getElementById("session-soon");
const said = document.getElementById("session-said");
let timer = 0;

function begin() {
  clearTimeout(timer);
  soon.hidden = true;
  said.textContent = "";
  timer = setTimeout(warn, Number(part.dataset.warnS) * 1000);
}

function warn() {
  soon.hidden = false;
  said.textContent = said.dataset.soon;
}

async function stay(event) {
  event.preventDefault();
  const link = event.currentTarget;
  const answer = await fetch(link.href).catch(() => null);
  if (answer === null || !answer.ok || answer.redirected) {
    window.open(link.href, "_blank", "noopener"); // the session is over: sign in beside this page
    return;
  }
  begin();
  said.textContent = said.dataset.done;
}

if (part) {
  document.getElementById("session-stay").addEventListener("click", stay);
  document.addEventListener("bank-asked", begin);
  begin();
}
