import { el } from "./dom.js";
import { WORDS } from "./words.js";

/** Puts a text on the clipboard and says whether it worked; where it did not, the text is selected in `box`. */
export async function copy(text, say, box) {
  try {
    await navigator.clipboard.writeText(text);
    say(WORDS.copied);
  } catch {
    // Old browsers, pages without https, and pages that forbid it.
    const range = document.createRange();
    range.selectNodeContents(box);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    box.select?.();
    say(WORDS.notCopied);
  }
}

/** Saves a text as a file, without a server. */
export function download(name, text) {
  const href = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  el("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 1000);
}

/** Prints texts on a page of their own, not the page that the widget stands on: pairs of heading and text. */
export function print(title, parts) {
  const frame = el("iframe", { title, hidden: true });
  document.body.append(frame);
  const page = frame.contentWindow;
  const sheet = new page.CSSStyleSheet();
  sheet.replaceSync("body{font:12pt/1.5 system-ui}h1{font-size:16pt}h2{font-size:13pt}p{white-space:pre-wrap}");
  page.document.adoptedStyleSheets = [sheet];
  page.document.title = title;
  page.document.body.append(el("h1", {}, title), ...parts.flatMap(([heading, text]) => [el("h2", {}, heading), el("p", {}, text)]));
  page.addEventListener("afterprint", () => setTimeout(() => frame.remove()));
  page.print();
}
