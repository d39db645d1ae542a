// The controls of the cost race. The kernel owns every value; see race.py.

function render({ model, el }) {
  const send = (message) => {
    try {
      model.send(message);
    } catch {
      // a page without a kernel shows the last state
    }
  };
  const root = make("section", "fmteach-knobs fmteach-race");
  root.setAttribute("aria-label", "Cost race: controls");
  root.addEventListener("keydown", keepKey);
  const row = make("div", "row");

  const start = make("button", "start");
  start.onclick = () => send({ do: model.get("running") ? "stop" : "start" });
  row.append(start);

  const shows = make("div", "group");
  const set = make("div", "switch");
  set.setAttribute("role", "radiogroup");
  set.setAttribute("aria-label", "Show");
  const buttons = model.get("quantities").map(([value, title]) => {
    const button = make("button", "", title);
    button.setAttribute("role", "radio");
    button.onclick = () => send({ set: { quantity: value } });
    button.onkeydown = (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      const next = buttons[(buttons.findIndex((b) => b[1] === button) + step + buttons.length) % buttons.length];
      next[1].focus();
      next[1].click();
    };
    set.append(button);
    return [value, button];
  });
  shows.append(make("span", "", "Show"), set);
  row.append(shows);

  const sizes = model.get("ks");
  const size = make("label", "group");
  const range = make("input");
  range.type = "range";
  range.min = 0;
  range.max = sizes.length - 1;
  range.step = 1;
  const shown = make("output");
  range.oninput = () => say(sizes[range.value]);
  range.onchange = () => send({ set: { k: sizes[range.value] } });
  range.onkeydown = (event) => event.stopPropagation();
  function say(k) {
    shown.textContent = k;
    range.setAttribute("aria-valuetext", `k = ${k}`);
  }
  size.append(make("span", "", "Embedding size k"), range, shown);
  row.append(size);

  const devices = model.get("devices");
  const select = make("select");
  if (devices.length > 1) {
    const where = make("label", "group");
    for (const device of devices) select.append(new Option(device, device));
    select.onchange = () => send({ set: { device: select.value } });
    where.append(make("span", "", "Device"), select);
    row.append(where);
  }

  const message = make("p", "message");
  message.setAttribute("role", "status");
  const bar = make("div", "bar");
  bar.setAttribute("role", "progressbar");
  bar.setAttribute("aria-label", "Progress of the race");
  const filled = make("div");
  bar.append(filled);
  root.append(row, message, bar);
  el.append(root);

  function draw() {
    const running = model.get("running");
    start.textContent = running ? "Stop" : model.get("start_text");
    start.disabled = !running && !model.get("may_start");
    for (const [value, button] of buttons) {
      const on = value === model.get("quantity");
      button.setAttribute("aria-checked", String(on));
      button.tabIndex = on ? 0 : -1;
    }
    range.value = sizes.indexOf(model.get("k"));
    range.disabled = select.disabled = running;
    select.value = model.get("device");
    say(model.get("k"));
    message.textContent = model.get("message");
    bar.style.visibility = running ? "visible" : "hidden";
    bar.setAttribute("aria-valuenow", String(Math.round(100 * model.get("progress"))));
    filled.style.width = `${100 * model.get("progress")}%`;
  }

  draw();
  model.on("change", draw);
  return () => model.off("change", draw);
}

export default { render };
