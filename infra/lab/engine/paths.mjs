/** @typedef {import('./world.mjs').World} World */
/** @typedef {import('./world.mjs').Vantage} Vantage */
/** @typedef {import('./world.mjs').Site} Site */
/** @typedef {import('./world.mjs').Target} Target */
/** @typedef {{ routers: number[], oneWayMs: number }} Hop more than one router: equal paths, chosen by flow */

const LOCAL_MS = 0.15;
const METRO_MS = 0.6;

/**
 * The routers between each vantage point and each place. A packet passes them in this order:
 *
 *     vantage ─▶ edge.<provider>.<region> ─▶ [ix.<region>] ─▶ bb1|bb2.<provider>.<from>.<to> ─▶ core.<region> ─▶ site.<site> ─▶ target
 *
 * `ix` only between providers, the backbone (equal routers, two unless set) only between regions.
 */
export class Paths {
  /** @type {Map<string, Hop[]>} */ hops = new Map();

  /** @param {World} world */
  constructor(world) {
    this.world = world;
    for (const vantage of world.vantages) {
      for (const site of world.sites) this.addPath(vantage, site.region, site.provider, site);
      for (const region of world.regions) {
        for (const provider of world.plan.providers) this.addPath(vantage, region, provider, null);
      }
    }
  }

  /**
   * @param {Vantage} vantage
   * @param {string} region
   * @param {string} provider
   * @param {Site | null} site
   */
  addPath(vantage, region, provider, site) {
    /** @type {Hop[]} */
    const hops = [];
    let oneWayMs = LOCAL_MS;
    /** @param {...string} names */
    const pass = (...names) =>
      hops.push({
        routers: names.map((name) => (this.world.routerByName.get(name) ?? this.world.addRouter(name)).index),
        oneWayMs,
      });
    pass(`edge.${vantage.provider}.${vantage.region}`);
    if (vantage.provider !== provider) {
      oneWayMs += METRO_MS;
      pass(`ix.${vantage.region}`);
    }
    if (vantage.region !== region) {
      oneWayMs += this.world.distanceMs(vantage.region, region);
      const names = Array.from(
        { length: this.world.plan.equalPaths },
        (_, n) => `bb${n + 1}.${provider}.${vantage.region}.${region}`,
      );
      pass(...names);
    }
    oneWayMs += METRO_MS;
    pass(`core.${region}`);
    if (site !== null) {
      oneWayMs += LOCAL_MS;
      pass(`site.${site.name}`);
    }
    this.hops.set(pathKey(vantage, region, provider, site), hops);
  }

  /**
   * Returns the hops before the target, in order. `region` is the serving region of an anycast target, otherwise the target's.
   * @param {Vantage} vantage
   * @param {Target} target
   * @param {string} region
   */
  pathTo(vantage, target, region) {
    const hops = this.hops.get(pathKey(vantage, region, target.provider, target.site)) ?? [];
    // A site's router does not pass through itself.
    return target.role === 'core' ? hops.slice(0, -1) : hops;
  }
}

/**
 * @param {Vantage} vantage
 * @param {string} region
 * @param {string} provider
 * @param {Site | null} site
 */
const pathKey = (vantage, region, provider, site) => `${vantage.index} ${site ? site.index : `${region} ${provider}`}`;
