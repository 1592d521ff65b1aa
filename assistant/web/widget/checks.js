import { button, el, focus, fresh } from "./dom.js";
import { listed } from "./sheet.js";

/** Opens the list of guided checks. */
export function openChecks(room, opener) {
  const list = async () => listed((await room.api.call("GET", "/api/checks")).checks, (check) => openCheck(room, check));
  room.sheet.open("Guided checks", list, opener);
}

/** Opens a guided check at its first question. The outcome goes into the conversation. */
export function openCheck(room, check, opener) {
  room.sheet.open(check.title, () => step(room, check, []), opener);
}

/** One question. `path` holds what was answered so far, in order, so that a person can go back. */
async function step(room, check, path) {
  const body = { answers: Object.fromEntries(path), register: room.register };
  const asked = await room.api.call("POST", `/api/checks/${encodeURIComponent(check.name)}`, body);
  if (asked.outcome) {
    room.sheet.close();
    room.show(check.title, asked.outcome);
    return [];
  }
  // The sheet's title says which check it is; the keyboard goes to the question.
  const go = async (next) => {
    await room.sheet.open(check.title, () => step(room, check, next));
    const question = room.sheet.isOpen && room.sheet.body.querySelector("h4");
    if (question) focus(question);
  };
  const choose = (value) => go([...path, [asked.question, value]]);
  const sure = path.filter(([question]) => question in asked.answers); // a refused answer is asked again
  return [
    el("p.quiet", {}, `Question ${asked.number}`),
    asked.problem && el("p.trouble", { role: "alert" }, asked.problem),
    el("h4", {}, asked.text),
    asked.help.map((text) => el("p", {}, text)),
    el("ul.choices", {}, asked.choices.map((choice) => el("li", {}, button(choice.label, () => choose(choice.id))))),
    asked.takes_amount && amount(choose),
    sure.length && button("Question before", () => go(sure.slice(0, -1)), { class: "plain" }),
    el("p.quiet", {}, "Nothing you answer here is kept."),
  ].flat().filter(Boolean);
}

function amount(choose) {
  const id = fresh();
  const box = el("input", { id, inputmode: "decimal" });
  const onsubmit = (event) => {
    event.preventDefault();
    if (box.value.trim()) choose(box.value);
  };
  return el("form", { onsubmit }, el("label", { for: id }, "Or type the amount in pounds"), el("div.row", {}, box, el("button", {}, "Use this amount")));
}
