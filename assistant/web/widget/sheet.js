import { button, el, focus, fresh } from "./dom.js";
import { attempted } from "./api.js";

/** A list of things to open, each with a line on what it is for. */
export const listed = (items, open) =>
  el("ul.choices", {}, items.map((item) => el("li", {}, button(item.title, () => open(item)), el("p.quiet", {}, item.when ?? item.about))));

/** The place beside the conversation (on a small screen: in front of it) for a passage, a letter or a check. */
export class Sheet {
  constructor(beside) {
    const id = fresh();
    this.beside = beside;
    this.title = el("h3", { id });
    this.body = el("div.sheet-body");
    this.node = el(
      "section.sheet",
      { "aria-labelledby": id, hidden: true },
      el("div.bar", {}, this.title, button("Back", () => this.close())),
      this.body,
    );
    addEventListener("resize", () => this.cover());
  }

  /** Shows what `fill` builds. The keyboard goes to the title, and back to `opener` at the end. */
  async open(title, fill, opener) {
    this.opener = opener ?? this.opener;
    this.title.textContent = title;
    this.body.replaceChildren(el("p", {}, "One moment…"));
    this.node.hidden = false;
    this.node.parentNode.classList.add("with-sheet");
    this.cover();
    focus(this.title);
    this.node.scrollTop = 0;
    const asked = (this.asked = {});
    const made = await attempted(fill, (words) =>
      [el("p.trouble", { role: "alert" }, words), button("Try again", () => this.open(title, fill))]);
    // Something else may have been opened meanwhile.
    if (asked === this.asked) this.body.replaceChildren(...[made].flat());
  }

  get isOpen() {
    return !this.node.hidden;
  }

  close() {
    this.asked = null;
    this.node.hidden = true;
    this.node.parentNode.classList.remove("with-sheet");
    this.cover();
    if (this.opener?.isConnected) focus(this.opener);
  }

  /** What the sheet covers cannot be reached by keyboard or screen reader either. */
  cover() {
    this.beside.inert = this.isOpen && getComputedStyle(this.node).position !== "sticky";
  }
}
