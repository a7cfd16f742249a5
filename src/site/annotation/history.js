// What was done, to undo it and to do it again.

export class History {
  constructor(state, most = 500) {
    this.states = [state];
    this.most = most;
    this.at = 0;
  }
  get now() { return this.states[this.at]; }
  get canUndo() { return this.at > 0; }
  get canRedo() { return this.at < this.states.length - 1; }
  // Small steps of the same kind, one after the other, are one.
  push(state, step) {
    const again = step !== undefined && step === this.step && this.canUndo && !this.canRedo;
    this.states.splice(again ? this.at : this.at + 1, Infinity, state);
    if (this.states.length > this.most) this.states.shift();
    this.at = this.states.length - 1;
    this.step = step;
  }
  undo() { this.go(-1); }
  redo() { this.go(1); }
  go(by) {
    this.at = Math.min(Math.max(this.at + by, 0), this.states.length - 1);
    this.step = undefined;
  }
}
