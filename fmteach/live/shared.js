// What the front ends share. Python puts this file in front of each of them (frontend.py), because
// a widget's front end is one file and may import nothing.

function make(tag, className, text) {
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
