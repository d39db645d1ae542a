// The settings form of the training panel. The kernel owns the values: every change is sent as
// {set: {name: value}}, and what the kernel makes of it comes back in `values` or `problem`.

const QUIET_MS = 700; // a control that was just touched is not moved by an older answer
const SEND_MS = 80;
let count = 0;

function say(value) {
  if (value === null || value === undefined) return "";
  if (typeof value !== "number") return String(value);
  if (value !== 0 && Math.abs(value) < 0.001) {
    return value.toFixed(8).replace(/0+$/, "");
  }
  return String(value);
}

// The stop that is nearest to a value, in ratio where the stops span decades.
function nearest(stops, value) {
  const scale = (v) => (v > 0 ? Math.log(v) : -40);
  let best = 0;
  stops.forEach((stop, i) => {
    if (Math.abs(scale(stop) - scale(value)) < Math.abs(scale(stops[best]) - scale(value))) best = i;
  });
  return best;
}

function render({ model, el }) {
  const send = (content) => {
    try {
      model.send(content);
    } catch {
      // no kernel: the form shows the last settings
    }
  };
  const form = make("form", "fmteach-form");
  form.setAttribute("aria-label", "Settings of the next run");
  form.addEventListener("keydown", keepKey);
  form.addEventListener("submit", (event) => event.preventDefault());
  const updaters = new Map(); // name -> show this value
  const touched = new Map(); // name -> when
  const timers = new Map();

  let last = ""; // the setting that was changed last: a refusal is shown beside it

  function change(name, value, moving = false) {
    last = name;
    touched.set(name, performance.now());
    clearTimeout(timers.get(name));
    const set = () => send({ set: { [name]: value } });
    // A slider that moves sends now and then. All else goes at once: Start may be pressed next.
    if (moving) timers.set(name, setTimeout(set, SEND_MS));
    else set();
    setTimeout(refresh, QUIET_MS + 50);
  }

  function row(field, forId) {
    const line = make("div", "fmteach-field");
    line.dataset.name = field.name;
    const label = make("label", "fmteach-label", field.label);
    label.htmlFor = forId;
    if (field.help) label.title = field.help; // for the mouse; the control has it too
    line.append(label);
    return line;
  }

  function choice(field, id) {
    const line = row(field, id);
    const select = make("select", "fmteach-select");
    select.id = id;
    if (field.help) select.title = field.help;
    let offered = "";
    // `by`: what is offered depends on another setting, such as the tasks on the data set.
    const offer = () => {
      const options = field.by?.[1][model.get("values")[field.by[0]]] ?? field.options;
      if (offered === JSON.stringify(options)) return;
      offered = JSON.stringify(options);
      select.replaceChildren();
      for (const [value, text] of options) {
        const option = make("option", "", text);
        option.value = value;
        select.append(option);
      }
    };
    select.addEventListener("change", () => change(field.name, select.value));
    line.append(select);
    updaters.set(field.name, (value) => {
      offer();
      if (![...select.options].some((option) => option.value === value)) {
        const option = make("option", "", String(value));
        option.value = value;
        select.append(option);
      }
      select.value = value;
    });
    return line;
  }

  function box(field, id) {
    const input = make("input", "fmteach-number");
    input.type = "text";
    input.inputMode = "decimal";
    input.autocomplete = "off";
    input.id = id;
    // What is being typed is not overwritten by an answer about another setting.
    input.addEventListener("input", () => (input.dataset.typing = "yes"));
    input.addEventListener("blur", () => delete input.dataset.typing);
    input.addEventListener("change", () => {
      delete input.dataset.typing;
      const number = Number(input.value.trim().replace(",", "."));
      change(field.name, input.value.trim() === "" || Number.isNaN(number) ? input.value : number);
    });
    input.addEventListener("keydown", (event) => {
      event.stopPropagation(); // the notebook's own keys
    });
    return input;
  }

  function slider(field, id) {
    const line = row(field, id);
    const range = make("input", "fmteach-range");
    range.type = "range";
    range.id = id;
    if (field.help) range.title = field.help;
    range.min = 0;
    range.max = field.stops.length - 1;
    range.step = 1;
    const number = box(field, `${id}-box`);
    number.setAttribute("aria-label", `${field.label}, as a number`);
    const show = (value) => {
      number.value = say(value);
      range.setAttribute("aria-valuetext", say(value));
      const share = (100 * Number(range.value)) / Number(range.max || 1);
      range.style.setProperty("--fmteach-share", `${share}%`);
    };
    range.addEventListener("input", () => {
      const value = field.stops[Number(range.value)];
      show(value);
      change(field.name, value, true);
    });
    range.addEventListener("change", () => change(field.name, field.stops[Number(range.value)]));
    range.addEventListener("keydown", (event) => event.stopPropagation());
    line.append(range, number);
    updaters.set(field.name, (value) => {
      range.value = nearest(field.stops, Number(value));
      show(value);
    });
    return line;
  }

  function single(field, id) {
    const line = row(field, id);
    const number = box(field, id);
    line.append(number, make("span", "fmteach-help", field.help || ""));
    updaters.set(field.name, (value) => (number.value = say(value)));
    return line;
  }

  const makers = { choice, slider, number: single };
  const prefix = `fmteach-${Date.now().toString(36)}-${++count}`;

  const top = make("div", "fmteach-preset");
  const presetId = `${prefix}-preset`;
  const presetLabel = make("label", "fmteach-label", "Preset");
  presetLabel.htmlFor = presetId;
  const preset = make("select", "fmteach-select");
  preset.id = presetId;
  for (const [value, text] of model.get("presets")) {
    const option = make("option", "", text);
    option.value = value;
    preset.append(option);
  }
  preset.addEventListener("change", () => {
    if (preset.value) send({ preset: preset.value });
  });
  const reset = make("button", "fmteach-button fmteach-small", "Reset");
  reset.type = "button";
  reset.title = "Put all settings back to the first ones";
  reset.addEventListener("click", () => send({ reset: true }));
  top.append(presetLabel, preset, reset);
  form.append(top);

  for (const section of model.get("sections")) {
    const group = make("fieldset", "fmteach-section");
    group.append(make("legend", "fmteach-legend", section.title));
    for (const field of section.fields) {
      group.append(makers[field.kind](field, `${prefix}-${field.name}`));
    }
    form.append(group);
  }
  const note = make("p", "fmteach-note");
  note.setAttribute("aria-live", "polite");
  form.append(note);
  el.classList.add("fmteach-controls");
  el.append(form);

  function refresh() {
    const values = model.get("values");
    const now = performance.now();
    for (const [name, show] of updaters) {
      if (now - (touched.get(name) ?? -1e9) < QUIET_MS) continue;
      const typing = form.querySelector(`[data-name="${name}"] [data-typing]`);
      if (name in values && !typing) show(values[name]);
    }
    const linear = values.model === "linear";
    const k = form.querySelector('[data-name="k"]');
    k?.classList.toggle("fmteach-off", linear);
    k?.querySelectorAll("input").forEach((input) => (input.disabled = linear));
  }

  function words() {
    const problem = model.get("problem");
    const line = problem && form.querySelector(`[data-name="${last}"]`);
    const inPlace = line ? line.nextSibling === note : note.parentNode === form;
    if (!inPlace) line ? line.after(note) : form.append(note);
    note.textContent = problem || model.get("note");
    note.classList.toggle("fmteach-problem", Boolean(problem));
    if (problem) {
      touched.clear();
      refresh();
    }
  }

  function presets() {
    preset.value = model.get("preset");
  }

  function offOrOn() {
    form.classList.toggle("fmteach-gone", model.get("closed"));
    form.querySelectorAll("input, select, button").forEach((node) => {
      node.disabled = model.get("closed");
    });
    if (!model.get("closed")) refresh();
  }

  refresh();
  words();
  presets();
  offOrOn();
  model.on("change:values", refresh);
  model.on("change:problem change:note", words);
  model.on("change:preset", presets);
  model.on("change:closed", offOrOn);
  return () => {
    timers.forEach(clearTimeout);
    model.off("change:values", refresh);
    model.off("change:problem change:note", words);
    model.off("change:preset", presets);
    model.off("change:closed", offOrOn);
  };
}

export default { render };
