// The table of runs, with one button for each thing that can be done to a run.

const SVG = "http://www.w3.org/2000/svg";
const DASH = { solid: "", dash: "7 4", dashdot: "7 3 2 3", longdash: "11 4", dot: "2 3" };

// The run's line as it is in the picture: colour and dash.
function swatch(row) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 34 12");
  svg.setAttribute("class", "fmteach-swatch");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", "M1 6H33");
  line.setAttribute("stroke", row.colour);
  line.setAttribute("stroke-width", "4");
  line.setAttribute("stroke-dasharray", DASH[row.dash] ?? "");
  svg.append(line);
  return svg;
}

function render({ model, el }) {
  const send = (content) => {
    try {
      model.send(content);
    } catch {
      // no kernel: the table stays as it is
    }
  };
  const root = make("div", "fmteach-runs");
  root.addEventListener("keydown", keepKey);
  const head = make("div", "fmteach-runs-head");
  head.append(make("span", "fmteach-legend", "Runs"));
  const zoomLabel = make("label", "fmteach-check");
  const zoom = make("input");
  zoom.type = "checkbox";
  zoom.addEventListener("change", () => send({ do: "close-up", on: zoom.checked }));
  zoomLabel.append(zoom, "Close-up of the late part");
  head.append(zoomLabel);
  const place = make("div", "fmteach-table-place");
  const message = make("p", "fmteach-note");
  message.setAttribute("role", "status");
  message.setAttribute("aria-live", "polite");
  const more = make("details", "fmteach-text");
  more.append(make("summary", "", "As text"));
  const text = make("pre");
  text.tabIndex = 0;
  more.append(text);
  more.addEventListener("toggle", () => more.open && send({ do: "text" }));
  root.append(head, place, message, more);
  el.append(root);

  let renaming = null; // {run, text}: survives a redraw of the table

  function action(row, name, label, title) {
    const button = make("button", "fmteach-button fmteach-small", label);
    button.type = "button";
    button.title = title;
    button.dataset.key = `${row.run}-${name}`;
    button.setAttribute("aria-label", `${label} ${row.name}`);
    button.addEventListener("click", () => {
      if (name === "rename") {
        renaming = { run: row.run, text: row.name };
        table(true);
        const input = place.querySelector(".fmteach-rename");
        input?.focus();
        input?.select();
      } else {
        send({ do: name, run: row.run, on: !row[name === "pin" ? "pinned" : "visible"] });
      }
    });
    return button;
  }

  function nameCell(row) {
    const cell = make("th", "fmteach-name");
    cell.scope = "row";
    const line = make("div", "fmteach-name-line");
    line.append(swatch(row));
    if (renaming?.run === row.run) {
      const input = make("input", "fmteach-rename");
      input.value = renaming.text;
      input.dataset.key = `${row.run}-name`;
      input.setAttribute("aria-label", `New name of ${row.name}`);
      const end = (keep) => {
        if (!renaming) return;
        const wanted = input.value.trim();
        renaming = null;
        if (keep && wanted && wanted !== row.name) {
          send({ do: "rename", run: row.run, name: wanted });
        }
        table(true);
        place.querySelector(`[data-key="${row.run}-rename"]`)?.focus();
      };
      input.addEventListener("input", () => (renaming.text = input.value));
      input.addEventListener("keydown", (event) => {
        event.stopPropagation();
        if (event.key !== "Enter" && event.key !== "Escape") return;
        event.preventDefault(); // or the same Enter would press the button that gets the focus
        end(event.key === "Enter");
      });
      input.addEventListener("blur", () => setTimeout(() => input.isConnected && end(true), 0));
      line.append(input);
    } else {
      line.append(make("span", "fmteach-run-name", row.name));
      if (row.pinned) line.append(make("span", "fmteach-tag", "pinned"));
      line.append(make("span", "fmteach-tag fmteach-run-state"));
    }
    cell.append(line, make("div", "fmteach-settings fmteach-run-settings"));
    return cell;
  }

  const NUMBERS = [["best", "best_at"], ["last", "last_at"], ["gap", "gap_words"], ["time", "epochs"]];
  const lines = new Map(); // run -> its line of the table
  let shape = "";

  function put(node, text) {
    if (node && node.textContent !== text) node.textContent = text;
  }

  // What changes while a run goes on. Nodes stay, so that a click or a selection is not lost.
  function fill() {
    for (const row of model.get("rows")) {
      const line = lines.get(row.run);
      put(line.querySelector(".fmteach-run-state"), row.state);
      put(line.querySelector(".fmteach-run-settings"), row.settings);
      line.querySelectorAll(".fmteach-number-cell").forEach((cell, i) => {
        put(cell.firstChild, row[NUMBERS[i][0]]);
        put(cell.lastChild, row[NUMBERS[i][1]]);
      });
    }
  }

  function table(force) {
    const rows = model.get("rows");
    const metric = model.get("metric");
    const wanted = JSON.stringify([
      metric, model.get("baselines"), model.get("closed"), renaming?.run ?? null,
      rows.map((row) => [row.run, row.name, row.pinned, row.visible, row.colour, row.dash]),
    ]);
    if (wanted === shape) return fill();
    if (renaming && force !== true && place.querySelector(".fmteach-rename")) return;
    shape = wanted;
    const before = [...lines.keys()];
    lines.clear();
    const held = document.activeElement?.dataset?.key;
    const inside = held && place.contains(document.activeElement);
    const node = make("table", "fmteach-table");
    node.append(make("caption", "fm-sr", "Runs with their settings and scores"));
    const top = make("tr");
    for (const [title, kind] of [
      ["Run", ""], [`Best ${metric}`, "n"], [`Last ${metric}`, "n"], ["Loss gap", "n"],
      ["Time", "n"], ["", ""],
    ]) {
      const cell = make(title ? "th" : "td", kind && "fmteach-n", title);
      if (title) cell.scope = "col";
      if (title === "Loss gap") cell.title = "Validation loss minus training loss, at the end";
      top.append(cell);
    }
    const thead = make("thead");
    thead.append(top);
    const body = make("tbody");
    for (const row of rows) {
      const line = make("tr", row.visible ? "" : "fmteach-faint");
      line.append(nameCell(row));
      lines.set(row.run, line);
      for (let i = 0; i < NUMBERS.length; i++) {
        const cell = make("td", "fmteach-n fmteach-number-cell");
        cell.append(make("div"), make("div", "fmteach-settings"));
        line.append(cell);
      }
      const actions = make("td", "fmteach-actions");
      const group = make("div", "fmteach-action-group");
      if (!model.get("closed")) {
        group.append(
          action(row, "pin", row.pinned ? "Unpin" : "Pin", "A pinned run stays in the picture"),
          action(row, "show", row.visible ? "Hide" : "Show", "Take it out of the picture, or back"),
          action(row, "rename", "Rename", "Give the run another name"),
          action(row, "export", "Export", "Write settings and curves to files"),
          action(row, "delete", "Delete", "Remove the run"),
        );
      }
      actions.append(group);
      line.append(actions);
      body.append(line);
    }
    for (const [name, score, loss] of model.get("baselines")) {
      const line = make("tr", "fmteach-baseline");
      const cell = make("th", "fmteach-name", name);
      cell.scope = "row";
      const rest = make("td", "fmteach-settings", `validation loss ${loss}`);
      rest.colSpan = 4;
      line.append(cell, make("td", "fmteach-n", score), rest);
      body.append(line);
    }
    if (!rows.length) {
      const line = make("tr");
      const cell = make("td", "fmteach-empty", "No run yet. Press Start.");
      cell.colSpan = 6;
      line.append(cell);
      body.prepend(line);
    }
    node.append(thead, body);
    place.replaceChildren(node);
    fill();
    if (inside) {
      const button = (key) => place.querySelector(`[data-key="${CSS.escape(key)}"]`);
      // After Delete the focus goes to the run that has moved up.
      const near = Math.min(before.indexOf(Number.parseInt(held, 10)), rows.length - 1);
      const next = rows[near] && button(`${rows[near].run}-delete`);
      (button(held) ?? next ?? zoom).focus();
    }
  }

  const redraw = () => table();
  const notice = () => (message.textContent = model.get("message"));
  const words = () => (text.textContent = model.get("text"));
  const close = () => (zoom.checked = model.get("close_up"));
  table();
  notice();
  words();
  close();
  model.on("change:rows change:metric change:baselines change:closed", redraw);
  model.on("change:message", notice);
  model.on("change:text", words);
  model.on("change:close_up", close);
  return () => {
    model.off("change:rows change:metric change:baselines change:closed", redraw);
    model.off("change:message", notice);
    model.off("change:text", words);
    model.off("change:close_up", close);
  };
}

export default { render };
