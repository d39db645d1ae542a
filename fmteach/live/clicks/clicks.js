// A row of controls. The kernel owns every value; see controls.py.

const EVERY_MS = 60; // a dragged slider sends no more often than this

function render({ model, el }) {
  const root = make("section", "fmteach-knobs fmteach-clicks");
  root.setAttribute("aria-label", model.get("label"));
  root.addEventListener("keydown", keepKey);
  const row = make("div", "row");
  root.append(row);
  el.append(root);

  const send = (message) => {
    try {
      model.send(message);
    } catch {
      // a page without a kernel shows the last state
    }
  };
  const set = (name, value) => send({ set: { [name]: value } });
  const painters = [];
  const timers = [];

  const builders = {
    slider(spec) {
      const group = make("label", "group");
      const range = make("input");
      range.type = "range";
      range.min = 0;
      range.max = spec.values.length - 1;
      range.step = 1;
      range.name = spec.name;
      const shown = make("output");
      const say = (at) => {
        shown.textContent = spec.texts[at];
        range.setAttribute("aria-valuetext", spec.texts[at]);
      };
      let wanted = null;
      let timer = 0;
      function flush() {
        timer = 0;
        if (wanted !== null) set(spec.name, spec.values[wanted]);
        wanted = null;
      }
      range.oninput = () => {
        wanted = Number(range.value);
        say(wanted);
        if (!timer) {
          timer = setTimeout(flush, EVERY_MS);
          timers.push(timer);
        }
      };
      range.onkeydown = (event) => event.stopPropagation();
      group.append(make("span", "", spec.label), range, shown);
      painters.push(() => {
        if (wanted !== null) return; // the reader is ahead of the kernel
        const at = spec.values.indexOf(model.get("values")[spec.name]);
        range.value = at;
        say(at);
      });
      return group;
    },

    // One of several (radio), or any of several (pressed).
    choice(spec) {
      const one = spec.kind === "choice";
      const group = make("div", "group");
      const buttons = make("div", "switch");
      buttons.setAttribute("role", one ? "radiogroup" : "group");
      buttons.setAttribute("aria-label", spec.label);
      const made = spec.values.map((value, at) => {
        const button = make("button", "", spec.texts[at]);
        button.dataset.value = value;
        button.onclick = () => {
          const now = model.get("values")[spec.name];
          if (one) return set(spec.name, value);
          const next = now.includes(value) ? now.filter((v) => v !== value) : [...now, value];
          if (next.length) set(spec.name, next);
        };
        if (one) button.setAttribute("role", "radio");
        buttons.append(button);
        return button;
      });
      if (one) {
        buttons.onkeydown = (event) => {
          const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
          if (!step) return;
          event.preventDefault();
          const next = made[(made.indexOf(document.activeElement) + step + made.length) % made.length];
          next.focus();
          next.click();
        };
      }
      group.append(make("span", "", spec.label), buttons);
      painters.push(() => {
        const now = model.get("values")[spec.name];
        made.forEach((button, at) => {
          const on = one ? spec.values[at] === now : now.includes(spec.values[at]);
          button.setAttribute(one ? "aria-checked" : "aria-pressed", String(on));
          if (one) button.tabIndex = on ? 0 : -1;
        });
      });
      return group;
    },

    several: (spec) => builders.choice(spec),

    switch(spec) {
      const group = make("label", "group check");
      const box = make("input");
      box.type = "checkbox";
      box.name = spec.name;
      box.onchange = () => set(spec.name, box.checked);
      group.append(box, make("span", "", spec.label));
      painters.push(() => {
        box.checked = model.get("values")[spec.name];
      });
      return group;
    },
  };

  for (const spec of model.get("spec")) row.append(builders[spec.kind](spec));
  const reset = make("button", "reset", "Reset");
  reset.onclick = () => send({ do: "reset" });
  row.append(reset);

  const draw = () => painters.forEach((paint) => paint());
  draw();
  model.on("change:values", draw);
  return () => {
    timers.forEach(clearTimeout);
    model.off("change:values", draw);
  };
}

export default { render };
