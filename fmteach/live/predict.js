// A question, a guess that is then locked, and later the truth beside it. See predict.py.

let serial = 0;

function render({ model, el }) {
  const root = make("section", "fmteach-predict");
  root.setAttribute("aria-label", "Prediction");
  root.addEventListener("keydown", keepKey);
  el.append(root);
  const name = `fmteach-predict-${++serial}`;
  const problem = make("p", "problem");
  problem.setAttribute("role", "alert");
  // What was said stays in the page, empty at first: a screen reader speaks what comes into it.
  const said = make("div");
  said.setAttribute("role", "status");
  const asked = make("p", "fmteach-predict-question", model.get("question"));
  root.append(asked, said);

  function form() {
    const box = make("form");
    const choices = model.get("choices");
    const commit = make("button", "commit", "This is my guess");
    commit.type = "submit";
    const skip = make("button", "skip", "Skip");
    skip.type = "button";
    skip.title = "Go on without a guess";
    const row = make("div", "row");
    let value;
    if (choices.length) {
      const set = make("fieldset");
      set.setAttribute("aria-label", model.get("question"));
      for (const choice of choices) {
        const label = make("label", "choice");
        const radio = make("input");
        radio.type = "radio";
        radio.name = name;
        radio.value = choice;
        radio.onchange = () => (commit.disabled = false);
        label.append(radio, choice);
        set.append(label);
      }
      box.append(set);
      value = () => set.querySelector("input:checked")?.value;
    } else {
      const field = numberField(
        `${model.get("question")} ${model.get("unit")}`,
        (number, wrong) => {
          commit.disabled = number === undefined;
          problem.textContent = wrong ? noNumber(field.value) : "";
        },
      );
      value = () => typedNumber(field.value);
      row.append(field);
      if (model.get("unit")) row.append(make("span", "", model.get("unit")));
    }
    commit.disabled = true;
    row.append(commit, skip);
    box.append(row, problem);
    const send = (message) => {
      try {
        model.send(message);
      } catch {
        problem.textContent = "A guess can be entered while the notebook's kernel runs.";
      }
    };
    box.onsubmit = (event) => {
      event.preventDefault();
      if (value() !== undefined) send({ kind: "commit", value: value() });
    };
    skip.onclick = () => send({ kind: "skip" });
    return box;
  }

  function draw() {
    const state = model.get("state");
    const hadFocus = root.contains(document.activeElement);
    const parts = [];
    if (model.get("revealed")) {
      const list = make("dl", "answers");
      list.append(
        make("dt", "", "Your guess"),
        make("dd", state === "committed" ? "guess" : "", model.get("guess") || "none"),
        make("dt", "", "The truth"),
        make("dd", "truth", model.get("truth")),
      );
      parts.push(list);
      if (state === "committed") parts.push(make("p", "verdict", model.get("verdict")));
      parts.push(make("p", "explanation", model.get("explanation")));
    } else if (state !== "open") {
      const text =
        state === "committed"
          ? `Your guess is kept: ${model.get("guess")}`
          : "Skipped. You can go on without a guess.";
      parts.push(make("p", "locked", text));
    }
    root.querySelector("form")?.remove();
    if (state === "open" && !model.get("revealed")) asked.after(form());
    said.replaceChildren(...parts);
    if (hadFocus && !root.contains(document.activeElement)) {
      root.tabIndex = -1;
      root.focus({ preventScroll: true });
    }
  }

  function complain() {
    problem.textContent = model.get("problem");
  }

  const watched = ["state", "guess", "revealed", "truth", "verdict", "explanation"];
  draw();
  for (const trait of watched) model.on(`change:${trait}`, draw);
  model.on("change:problem", complain);
  return () => {
    for (const trait of watched) model.off(`change:${trait}`, draw);
    model.off("change:problem", complain);
  };
}

export default { render };
