// What every field has: a name, a value for a plain form, and one for a crowd-form.

import { Drawn } from "./drawn.js";

export class Field extends Drawn {
  static formAssociated = true;

  constructor() {
    super();
    this.internals = this.attachInternals();
  }
  get delegates() { return true; }
  get name() { return this.getAttribute("name") ?? ""; }
  get form() { return this.internals.form; }
  get disabled() { return this.hasAttribute("disabled"); }
  set disabled(value) { this.toggleAttribute("disabled", Boolean(value)); }
  get required() { return this.hasAttribute("required"); }
  get validity() { return this.internals.validity; }
  get validationMessage() { return this.internals.validationMessage; }
  checkValidity() { return this.internals.checkValidity(); }
  reportValidity() { return this.internals.reportValidity(); }
  get _submittableValue() { return this.answer; }
  formResetCallback() { this.reset?.(); this.update(); }
  // Tells the form the value, and what is wrong with it.
  keep(value, problem, anchor) {
    this.internals.setFormValue(value);
    this.internals.setValidity(problem ? { customError: true } : {}, problem, anchor);
  }
  changed(type) {
    this.update();
    this.dispatchEvent(new Event(type, { bubbles: true }));
  }
}
