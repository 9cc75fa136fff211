// Sends a form once: a second press while the answer is on its way would throw that answer away.

for (const form of document.querySelectorAll("main form")) {
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
    const working = form.querySelector("[data-working]");
    if (working) working.textContent = working.dataset.working;
  });
  addEventListener("pageshow", () => {
    sent = false;
    const working = form.querySelector("[data-working]");
    if (working) working.textContent = "";
  });
}
