import { Chat } from "./chat.js";
import { button, el, focus, fresh } from "./dom.js";
import { WORDS } from "./words.js";

const SCRIPT = document.currentScript;
// The folder the script came from, so that an assistant behind a path (https://council.example/care/) is found too.
const HOME = new URL(".", SCRIPT?.src || location.href).href;
const SMALL = matchMedia("(max-width: 40rem), (max-height: 28rem)");

/** `<care-act-chat>`: a button in the corner that opens a chat; with `view="page"` or `view="staff"`, the chat in its place on the page. */
class CareActChat extends HTMLElement {
  static observedAttributes = ["title"];

  attributeChangedCallback(_, before, now) {
    // A title on an element pops up wherever the mouse rests. Ours is a heading, so it is taken over and taken off.
    if (now === null) return;
    this.heading = now;
    this.removeAttribute("title");
    if (this.name) this.name.textContent = now;
  }

  connectedCallback() {
    if (this.shadowRoot) return; // moved about on the page
    const view = this.getAttribute("view");
    const sheet = new CSSStyleSheet(); // a strict policy of the page refuses a <style>, not this
    sheet.replaceSync(STYLE);
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    this.inPlace = view === "page" || view === "staff";
    const title = this.heading || WORDS.title;
    this.chat = new Chat({
      origin: (this.getAttribute("origin") || HOME).replace(/\/$/, ""),
      title,
      greeting: this.getAttribute("greeting") || WORDS.greeting,
      area: this.getAttribute("area") ?? "",
      staff: view === "staff",
    });
    root.append(...(this.inPlace ? [this.panel("section.panel.in-place", title)] : this.corner(title)));
    if (this.chat.kept.open && !this.inPlace) this.open();
  }

  panel(tag, title, ...buttons) {
    const id = fresh();
    this.name = el("h2", { id }, title);
    return el(tag, { "aria-labelledby": id, lang: "en-GB" }, el("div.bar", {}, this.name, this.chat.options.node, buttons), this.chat.node);
  }

  corner(title) {
    this.launch = button(title, () => this.open(), { class: "launch", "aria-haspopup": "dialog" });
    this.dialog = this.panel("dialog.panel", title, button("Close", () => this.close()));
    this.dialog.addEventListener("close", () => this.closed());
    // Escape, or the back gesture of a telephone: first what lies in front is closed, then the chat.
    this.dialog.addEventListener("cancel", (event) => (event.preventDefault(), this.back()));
    this.dialog.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      this.back();
    });
    return [this.launch, this.dialog];
  }

  open() {
    if (this.dialog.open) return;
    // On a small screen the chat covers the page, so the page must not be reachable behind it.
    if (SMALL.matches) this.dialog.showModal();
    else this.dialog.show();
    this.launch.hidden = true;
    // With a touch keyboard the box would hide the greeting.
    focus(matchMedia("(hover: none)").matches ? this.name : this.chat.form.box);
    this.remember(true);
  }

  close() {
    this.dialog.close();
  }

  closed() {
    this.launch.hidden = false;
    focus(this.launch);
    this.remember(false);
  }

  back() {
    const { options, sheet } = this.chat;
    if (sheet.isOpen) sheet.close();
    else if (options.node.open) options.node.open = false;
    else this.close();
  }

  remember(open) {
    this.chat.memory.save({ ...this.chat.memory.load(), open });
  }
}

if (!customElements.get("care-act-chat")) {
  customElements.define("care-act-chat", CareActChat);
  // One tag is enough: where the page has no <care-act-chat>, the script adds one with the settings of its own tag.
  const place = () => {
    if (!SCRIPT || SCRIPT.dataset.place === "none" || document.querySelector("care-act-chat")) return;
    document.body.append(el("care-act-chat", { ...SCRIPT.dataset }));
  };
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", place);
  else place();
}
