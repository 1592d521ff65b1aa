import { attempted } from "./api.js";
import { button, el, focus, fresh } from "./dom.js";
import { WORDS } from "./words.js";

/** *Was this useful?*, asked in words. The question itself goes along only when the person ticks the box. */
export function feedback(room, answer, question) {
  const node = el("div.feedback", { role: "group", "aria-label": "Was this useful?" });
  const send = async (useful, why, agree) => {
    const body = { answer: answer.id, useful, why: why.slice(0, 500), subject: answer.subject, agree, question: agree ? question.slice(0, 4000) : "" };
    const failed = await attempted(() => room.api.call("POST", "/api/feedback", body), (words) => words);
    node.querySelector(".trouble")?.remove();
    const told = el(failed ? "p.trouble" : "p", {}, failed ?? WORDS.thanks);
    if (failed) node.append(told); // beside the form: what was written stays
    else node.replaceChildren(told);
    focus(told);
  };
  const ask = () => {
    const [why, agree] = [fresh(), fresh()];
    const box = el("textarea", { id: why, rows: "2", maxlength: "500" });
    const tick = el("input", { id: agree, type: "checkbox" });
    const onsubmit = (event) => {
      event.preventDefault();
      send(false, box.value, tick.checked);
    };
    node.replaceChildren(
      el("form", { onsubmit },
        el("label", { for: why }, "Sorry. What was missing or not clear?"), box,
        el("label.tick", { for: agree }, tick, " You may keep my question too"),
        el("button", {}, "Send")),
    );
    focus(box);
  };
  node.append(
    el("span", {}, "Was this useful?"),
    button("Yes, it was", () => send(true, "", false)),
    button("No, not quite", ask),
  );
  return node;
}
