// Start, Pause, Step, Stop; what the run is doing; how far it is.

const MARKS = {
  ready: "○", running: "▶", paused: "❙❙", stopped: "■", finished: "✓", failed: "!", replaced: "–",
};

function render({ model, el }) {
  const bar = make("div", "fmteach-runbar");
  bar.addEventListener("keydown", keepKey);
  const buttons = make("div", "fmteach-buttons");
  buttons.setAttribute("role", "group");
  buttons.setAttribute("aria-label", "Run");
  const made = {};
  for (const name of ["start", "pause", "step", "stop"]) {
    const button = make("button", `fmteach-button fmteach-${name}`);
    button.type = "button";
    button.addEventListener("click", () => {
      // aria-disabled and not disabled: the keyboard's place is kept when a button turns off.
      if (button.getAttribute("aria-disabled") === "true") return;
      try {
        model.send({ do: button.dataset.does });
      } catch {
        // no kernel
      }
    });
    made[name] = button;
    buttons.append(button);
  }

  const state = make("div", "fmteach-state");
  const mark = make("span", "fmteach-mark");
  mark.setAttribute("aria-hidden", "true");
  const words = make("div", "fmteach-words");
  words.setAttribute("role", "status");
  words.setAttribute("aria-live", "polite");
  const headline = make("div", "fmteach-headline");
  const detail = make("div", "fmteach-detail");
  words.append(headline, detail);
  state.append(mark, words);

  const track = make("div", "fmteach-track");
  track.setAttribute("role", "progressbar");
  track.setAttribute("aria-label", "Progress of the run");
  track.setAttribute("aria-valuemin", "0");
  track.setAttribute("aria-valuemax", "100");
  const fill = make("div", "fmteach-fill");
  track.append(fill);
  const numbers = make("div", "fmteach-numbers");
  bar.append(buttons, state, track, numbers);
  el.append(bar);

  function set(name, text, on, does, title) {
    const button = made[name];
    button.textContent = text;
    button.dataset.does = does || name;
    button.title = title;
    button.setAttribute("aria-disabled", String(!on));
  }

  function status() {
    const now = model.get("status");
    const active = now === "running" || now === "paused";
    const open = now !== "replaced";
    set("start", active ? "Start new" : "Start", open, "start",
        active ? "Stop this run and start another with the settings as they are now"
               : "Start a run with the settings as they are");
    set("pause", now === "paused" ? "Resume" : "Pause", active,
        now === "paused" ? "resume" : "pause", "Hold the run, or go on with it");
    set("step", "Step", open, "step", active ? "Make one minibatch step, then pause" : "Begin a run with one minibatch step");
    set("stop", "Stop", active, "stop", "End the run; model and curves are kept");
    bar.dataset.status = now;
    mark.textContent = MARKS[now] || "";
  }

  // Text is changed only where it differs: a screen reader speaks what changes.
  function put(node, text) {
    if (node.textContent !== text) node.textContent = text;
  }

  function say() {
    put(headline, model.get("headline"));
    put(detail, model.get("detail"));
  }

  function far() {
    const percent = Math.round(100 * model.get("progress"));
    fill.style.width = `${100 * model.get("progress")}%`;
    track.setAttribute("aria-valuenow", String(percent));
    track.setAttribute("aria-valuetext", `${percent} percent. ${model.get("numbers")}`);
    put(numbers, model.get("numbers"));
  }

  status();
  say();
  far();
  model.on("change:status", status);
  model.on("change:headline change:detail", say);
  model.on("change:progress change:numbers", far);
  return () => {
    model.off("change:status", status);
    model.off("change:headline change:detail", say);
    model.off("change:progress change:numbers", far);
  };
}

export default { render };
