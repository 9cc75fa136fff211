// Sends the choice at each change and puts the new parts of the page in place, and takes it to the other language.
// Without it a button shows the new parts; the other language begins anew.

const WAIT_MS = 200;
const form = document.getElementById("pick");
let timer = 0;
let request = null;

function state() {
  const open = [...document.querySelectorAll("details[open][id]")].map((each) => each.id);
  return { open, focus: document.activeElement ? document.activeElement.id : "" };
}

function put(page, kept) {
  for (const part of document.querySelectorAll("[data-live]")) {
    const fresh = page.getElementById(part.id);
    if (fresh) part.replaceWith(document.importNode(fresh, true));
  }
  for (const id of kept.open) document.getElementById(id)?.setAttribute("open", "");
  const focused = kept.focus && document.getElementById(kept.focus);
  if (focused && focused !== document.activeElement) focused.focus({ preventScroll: true });
  hold();
}

// What stands beside the choice must not be taken for what the choice shows.
function old(is) {
  document.getElementById("preview-old").hidden = !is;
  for (const id of ["preview", "bar-count"]) document.getElementById(id).toggleAttribute("data-old", is);
}

function send() {
  if (request) request.abort();
  request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.responseType = "document"; // parsed by the browser, with nothing in it run
  request.onload = () => {
    const page = request.responseXML;
    if (request.status === 401) form.submit(); // the session is over: the page that keeps the form says what to do
    const came = request.status === 200 && page && page.getElementById("pick");
    if (came) {
      put(page, state());
      document.dispatchEvent(new Event("bank-asked"));
    }
    old(!came);
  };
  request.onerror = () => old(true);
  const fields = new URLSearchParams(new FormData(form));
  fields.set("do", "preview");
  request.setRequestHeader("Content-Type", "application/x-www-form-urlencoded");
  request.send(fields.toString());
}

// What is fixed can be reached and read, and stays as it is.
function hold() {
  for (const box of form.querySelectorAll('input[aria-disabled="true"]')) {
    box.addEventListener("click", (event) => event.preventDefault());
  }
}

// The page in the other language, with what was filled in here.
function translate(event) {
  event.preventDefault();
  const wish = document.createElement("input");
  Object.assign(wish, { type: "hidden", name: "do", value: "preview" });
  form.append(wish);
  form.action = event.currentTarget.pathname;
  form.submit();
}

if (form) {
  for (const link of document.querySelectorAll("a[hreflang]")) link.addEventListener("click", translate);
  form.addEventListener("change", (event) => {
    if (event.target.name === "tab") return;
    clearTimeout(timer);
    timer = setTimeout(send, WAIT_MS);
  });
  hold();
}
