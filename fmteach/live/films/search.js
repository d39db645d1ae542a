// A text field that suggests names: type, arrows, Enter; or click. Used by both film widgets.

// Every widget has its own copy of this file, so a counter would give two fields the same id.
const ownId = (what) => `fmf-${what}-${Math.random().toString(36).slice(2)}`;

// suggest(text, show): calls show([{ text, note, value }]) now or later. choose(value): one is taken.
function searchBox({ label, hint, suggest, choose }) {
  const id = ownId("search");
  const root = make("div", "fmf-search");
  const caption = make("label", "", label);
  caption.htmlFor = id;
  const field = make("input");
  Object.assign(field, { id, type: "text", placeholder: hint, autocomplete: "off", spellcheck: false });
  const list = make("ul");
  list.id = `${id}-list`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", `${label}, suggestions`);
  for (const [name, value] of [
    ["role", "combobox"],
    ["aria-autocomplete", "list"],
    ["aria-controls", list.id],
    ["aria-expanded", "false"],
  ]) field.setAttribute(name, value);
  root.append(caption, field, list);
  let items = [];
  let at = -1;
  let shown = "";
  let asked = 0;

  function close() {
    asked += 1; // what is still on its way comes too late
    list.replaceChildren();
    list.hidden = true;
    items = [];
    at = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }

  function mark(place) {
    at = place;
    [...list.children].forEach((node, i) => node.setAttribute("aria-selected", String(i === at)));
    if (at >= 0) {
      field.setAttribute("aria-activedescendant", list.children[at].id);
      list.children[at].scrollIntoView({ block: "nearest" });
    }
  }

  function open(found) {
    items = found;
    list.replaceChildren(
      ...found.map((item, i) => {
        const node = make("li", "", item.text);
        node.id = `${id}-${i}`;
        node.setAttribute("role", "option");
        if (item.note) node.append(make("small", "", item.note));
        node.onpointerdown = (event) => {
          event.preventDefault(); // the field keeps the focus
          take(i);
        };
        return node;
      }),
    );
    if (!found.length) list.append(make("li", "none", "Nothing has this text in its name."));
    list.hidden = false;
    field.setAttribute("aria-expanded", "true");
    mark(found.length ? 0 : -1);
  }

  function take(place) {
    const item = items[place];
    if (!item) return;
    shown = item.text;
    field.value = shown;
    close();
    field.select();
    choose(item.value);
  }

  function ask() {
    const mine = ++asked;
    suggest(field.value.trim(), (found) => {
      if (mine === asked && root.contains(document.activeElement)) open(found);
    });
  }

  field.oninput = ask;
  field.onfocus = () => field.select();
  field.onblur = () => {
    close();
    field.value = shown;
  };
  field.onkeydown = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && !list.hidden && items.length) mark((at + step + items.length) % items.length);
    else if (step) ask();
    else if (event.key === "Enter" && !event.shiftKey && !list.hidden) take(at);
    else if (event.key === "Escape" && !list.hidden) {
      event.stopPropagation();
      close();
      field.value = shown;
    } else return;
    event.preventDefault();
  };
  close();
  return {
    root,
    field,
    set(text) {
      shown = text;
      if (document.activeElement !== field || list.hidden) field.value = text;
    },
  };
}
