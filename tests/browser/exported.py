"""A widget on a page as an export leaves it: its state, and nobody who answers."""

EXPORTED = """<!doctype html><meta charset="utf-8"><style>{css}</style>
<body data-jp-theme-light="true"><div id="here"></div><script type="module">{source}
const state = {state}, heard = {{}};
front.render({{ el: document.getElementById("here"), model: {{
  get: (name) => state[name],
  set: (name, value) => {{
    state[name] = value;
    (heard["change:" + name] ?? []).forEach((f) => f());
  }},
  save_changes() {{ throw new Error("no kernel"); }},
  send() {{ throw new Error("no kernel"); }},
  on: (name, f) => (heard[name] ??= []).push(f),
  off() {{}},
}} }});
window.state = state;
</script>"""
