/** @typedef {import('./conditions.mjs').Conditions} Conditions */
/** @typedef {{ router: number, oneWayMs: number }} Step */

const PERCENT = 100;

/** Faults of routers that traceroute shows: what they lose, what they do not answer, and loops. */
export class RouterFaults {
  /**
   * @param {Conditions} conditions
   * @param {() => number} random from 0 up to 1
   */
  constructor(conditions, random) {
    this.conditions = conditions;
    this.random = random;
  }

  /**
   * Whether a router, or the link to it, loses a packet that passes these steps.
   * @param {Step[]} steps
   */
  losesPacket(steps) {
    return this.activeFaults('router-loss').some(({ fault, routers }) => {
      return steps.some(({ router }) => routers.has(router) && this.random() * PERCENT < (fault.percent ?? 0));
    });
  }

  /**
   * Returns the steps of a packet with this hop limit, which ends in a loop: a router sends it back to the one before, which sends it there
   * again. Without a loop, returns the steps unchanged.
   * @param {Step[]} steps
   * @param {number} hopLimit
   */
  withLoop(steps, hopLimit) {
    const at = steps.findIndex(({ router }) =>
      this.activeFaults('router-loop').some(({ routers }) => routers.has(router)),
    );
    if (at < 1) return steps;
    return Array.from({ length: hopLimit + 1 }, (_, step) => steps[step < at ? step : at - ((step - at) % 2)]);
  }

  /**
   * Whether a router answers this time.
   * @param {number} router
   */
  answersProbe(router) {
    return this.activeFaults('router-answers').every(({ fault, routers }) => {
      return !routers.has(router) || this.random() * PERCENT < (fault.percent ?? 0);
    });
  }

  /** @param {import('./faults.mjs').FaultKind} kind */
  activeFaults(kind) {
    return this.conditions.active.filter(({ fault }) => fault.fault === kind);
  }
}
