import { el, link } from "./dom.js";
import { WORDS } from "./words.js";

/** Opens the passage a sentence rests on, with the words before and after it. */
export function openSource(room, cited, opener) {
  const path = `/api/sources/${[cited.source, cited.place].map(encodeURIComponent).join("/")}`;
  room.sheet.open(cited.title, async () => shown(await room.api.call("GET", path)), opener);
}

function shown(opened) {
  const about = [opened.publisher, opened.as_of && `text as of ${opened.as_of}`].filter(Boolean).join(", ");
  return [
    el("p.quiet", {}, about),
    !opened.in_force && el("p.trouble", {}, WORDS.notInForce),
    opened.passages.length ? opened.passages.map((passage) => words(passage, opened.quote)) : el("p", {}, opened.quote || WORDS.noPassage),
    opened.before.length && el("details", {}, el("summary", {}, "The words before it"), opened.before.map((p) => words(p, ""))),
    opened.after.length && el("details", {}, el("summary", {}, "The words after it"), opened.after.map((p) => words(p, ""))),
    el("p", {}, link("Open the official page (new tab)", opened.url)),
  ].flat().filter(Boolean);
}

/** A passage, its quoted words marked. Dashes and asterisks are how lists and italics are kept, and no part of the law. */
function words(passage, quote) {
  const [text, marked] = [passage.text, quote].map((said) => said.replace(/^- |\*/gm, "").replace(/\n+/g, "\n"));
  const at = marked ? text.indexOf(marked) : -1;
  const parts = at < 0 ? [text] : [text.slice(0, at), el("mark", {}, marked), text.slice(at + marked.length)];
  return el("blockquote", {}, passage.heading && el("strong", {}, passage.heading), el("p", {}, parts));
}
