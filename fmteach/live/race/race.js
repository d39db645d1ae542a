// The controls of the cost race. The kernel owns every value; see race.py.

function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

// A key belongs to the widget that has the focus. The notebook would move to another cell at an
// arrow, and delete one at "d d"; what it does with Ctrl, Escape and Shift+Enter stays as it is.
function keepKey(event) {
  const notebook = event.ctrlKey || event.metaKey || event.altKey || event.key === "Escape";
  if (!notebook && !(event.key === "Enter" && event.shiftKey)) event.stopPropagation();
}

function render({ model, el }) {
  const send = (message) => {
    try {
      model.send(message);
    } catch {
      // a page without a kernel shows the last state
    }
  };
  const root = element("section", "fmteach-race");
  root.setAttribute("aria-label", "Cost race: controls");
  root.addEventListener("keydown", keepKey);
  const row = element("div", "row");

  const start = element("button", "start");
  start.onclick = () => send({ do: model.get("running") ? "stop" : "start" });
  row.append(start);

  const shows = element("div", "group");
  const set = element("div", "switch");
  set.setAttribute("role", "radiogroup");
  set.setAttribute("aria-label", "Show");
  const buttons = model.get("quantities").map(([value, title]) => {
    const button = element("button", "", title);
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
  shows.append(element("span", "", "Show"), set);
  row.append(shows);

  const sizes = model.get("ks");
  const size = element("label", "group");
  const range = element("input");
  range.type = "range";
  range.min = 0;
  range.max = sizes.length - 1;
  range.step = 1;
  const shown = element("output");
  range.oninput = () => say(sizes[range.value]);
  range.onchange = () => send({ set: { k: sizes[range.value] } });
  range.onkeydown = (event) => event.stopPropagation();
  function say(k) {
    shown.textContent = k;
    range.setAttribute("aria-valuetext", `k = ${k}`);
  }
  size.append(element("span", "", "Embedding size k"), range, shown);
  row.append(size);

  const devices = model.get("devices");
  const select = element("select");
  if (devices.length > 1) {
    const where = element("label", "group");
    for (const device of devices) select.append(new Option(device, device));
    select.onchange = () => send({ set: { device: select.value } });
    where.append(element("span", "", "Device"), select);
    row.append(where);
  }

  const message = element("p", "message");
  message.setAttribute("role", "status");
  const bar = element("div", "bar");
  const filled = element("div");
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
    filled.style.width = `${100 * model.get("progress")}%`;
  }

  draw();
  model.on("change", draw);
  return () => model.off("change", draw);
}

export default { render };
