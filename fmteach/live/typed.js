// Numbers as people type them: "10,000" and "10 000" mean ten thousand; "1,5" is not guessed at,
// and "0,456" is no thousand of anything.
function typedNumber(text) {
  const typed = text.trim().replace(/[ _\u00a0\u202f]/g, "").replace(/(?<!^[+\-−–]?0),(?=\d{3}(\D|$))/g, "").replace(/^[−–]/, "-");
  return typed !== "" && Number.isFinite(Number(typed)) ? Number(typed) : undefined;
}

// A field for one number. `changed` is called with the number, or undefined, and whether what
// stands there can not become one.
function numberField(label, changed) {
  const field = make("input", "number");
  field.type = "text";
  field.inputMode = "decimal";
  field.placeholder = "a number";
  field.setAttribute("aria-label", label);
  field.oninput = () => {
    const number = typedNumber(field.value);
    changed(number, number === undefined && /[^\s+\-−.]/.test(field.value));
  };
  // Lab would take single keys for commands.
  field.onkeydown = (event) => event.stopPropagation();
  return field;
}

const NO_NUMBER = "Write one number, with a point if needed: 1.5";

// What to say of a text that is no number; a decimal comma is the usual reason.
function noNumber(text) {
  const comma = text.trim().match(/^([+\-−–]?)(\d*),(\d+)$/);
  return comma ? `A comma does not work here, write a point: ${comma[1]}${comma[2] || 0}.${comma[3]}` : NO_NUMBER;
}
