// Questions with feedback for each answer. See ask.py.

let serial = 0;
const WAIT = 400; // milliseconds after which it is said that the kernel is busy
const MARKS = { correct: "✓ correct", "not yet": "✗ not yet" };

function render({ model, el }) {
  const root = make("section", "fmteach-predict fmteach-ask");
  root.setAttribute("aria-label", "Questions");
  root.addEventListener("keydown", keepKey);
  el.append(root);
  const parts = model.get("questions").map((of) => question(of));
  root.append(...parts.map((part) => part.node));

  function question(of) {
    const name = `fmteach-ask-${++serial}`;
    const node = make("form", "fmteach-ask-one");
    const title = make("p", "fmteach-predict-question");
    title.id = `${name}-question`;
    title.append(make("span", "fmteach-ask-id", of.warmUp ? "Warm-up" : of.id), ` ${of.question}`);
    const problem = make("p", "problem");
    problem.setAttribute("role", "alert");
    const check = make("button", "commit", "Check");
    check.type = "submit";
    check.disabled = true;
    const row = make("div", "row");
    let value, show, set;
    if (of.choices.length) {
      set = make("fieldset");
      set.setAttribute("aria-labelledby", title.id);
      of.choices.forEach((choice, place) => {
        const label = make("label", "choice");
        const radio = make("input");
        radio.type = "radio";
        radio.name = name;
        radio.value = choice;
        radio.onchange = () => (check.disabled = false);
        label.append(radio, make("span", "", `${"abcdefghij"[place]}) ${choice}`));
        set.append(label);
      });
      value = () => set.querySelector("input:checked")?.value;
      show = (answer) => {
        for (const radio of set.querySelectorAll("input")) radio.checked = radio.value === answer;
      };
    } else {
      const field = numberField(`${of.question} ${of.unit}`, (number, wrong) => {
        check.disabled = number === undefined;
        problem.textContent = wrong ? noNumber(field.value) : "";
      });
      value = () => typedNumber(field.value);
      show = (answer) => (field.value = answer);
      row.append(field);
      if (of.unit) row.append(make("span", "", of.unit));
    }
    row.append(check);
    const hint = make("button", "skip", "Hint");
    hint.type = "button";
    hint.onclick = () => {
      if (model.get("states")[of.id].hints.length < of.hints) send({ kind: "hint", id: of.id });
    };
    if (of.hints) row.append(hint);
    const hints = make("div", "fmteach-ask-hints");
    hints.setAttribute("aria-live", "polite");
    const said = make("p", "fmteach-ask-said");
    said.setAttribute("role", "status");
    const waits = make("p", "fmteach-ask-waits");
    waits.setAttribute("role", "status");
    node.append(title, ...(set ? [set] : []), row, problem, waits, hints, said);
    node.onsubmit = (event) => {
      event.preventDefault();
      if (value() === undefined) return;
      mine = true;
      send({ kind: "answer", id: of.id, value: value() });
    };

    let waiting; // the clock that runs until the kernel has answered
    let mine = false; // whether the answer that is looked at was given here, and not in another view
    let drawn;

    function send(message) {
      clearTimeout(waiting);
      waiting = setTimeout(() => {
        waits.textContent = "Sent. The feedback comes when the notebook's kernel is free.";
      }, WAIT);
      try {
        model.send(message);
      } catch {
        clearTimeout(waiting);
        problem.textContent = "An answer is looked at while the notebook's kernel runs.";
      }
    }

    // What did not change is left alone: a screen reader would speak it again.
    function draw() {
      const state = model.get("states")[of.id];
      if (drawn === JSON.stringify(state)) return;
      drawn = JSON.stringify(state);
      clearTimeout(waiting);
      waits.textContent = "";
      if (state.verdict && !mine) {
        show(state.answer);
        check.disabled = value() === undefined;
      }
      mine = false;
      // It stays in the page, empty at first: what comes into it is spoken.
      said.dataset.verdict = state.verdict;
      said.replaceChildren(...(state.verdict ? [make("b", "", `${MARKS[state.verdict]}: `), state.message] : []));
      hints.replaceChildren(...state.hints.map((text, n) => {
        const line = make("p");
        line.append(make("b", "", `Hint ${n + 1} of ${of.hints}: `), text);
        return line;
      }));
      hint.textContent = state.hints.length < of.hints ? `Hint ${state.hints.length + 1} of ${of.hints}` : "No more hints";
      // aria-disabled and not disabled: a button that had the focus keeps it.
      hint.setAttribute("aria-disabled", String(state.hints.length >= of.hints));
      for (const label of set?.children ?? []) {
        label.classList.toggle("right", state.verdict === "correct" && label.firstChild.value === state.answer);
        label.classList.toggle("wrong", state.verdict === "not yet" && label.firstChild.value === state.answer);
      }
    }
    return { node, draw };
  }

  const draw = () => parts.forEach((part) => part.draw());
  draw();
  model.on("change:states", draw);
  return () => model.off("change:states", draw);
}

export default { render };
