import { addressKey } from './address.mjs';
import { Paths } from './paths.mjs';
import { RANGES, SITE_ROLES } from './world-plan.mjs';

/** @typedef {import('./address.mjs').AddressKey} AddressKey */
/** @typedef {import('./world-plan.mjs').WorldPlan} WorldPlan */
/** @typedef {import('./world-plan.mjs').Role} Role */

/** @typedef {{ index: number, name: string, region: string, provider: string, ip: string, ip6: string, gateway: string, gateway6: string, keys: { 4: AddressKey, 6: AddressKey } }} Vantage */
/** @typedef {{ index: number, name: string, region: string, provider: string, router: number }} Site */
/** @typedef {{ index: number, ip: string, key: AddressKey, site: Site | null, region: string, provider: string, role: Role, extraMs: number }} Target `site` is null for anycast */
/** @typedef {{ index: number, name: string, keys: { 4: AddressKey, 6: AddressKey } }} Router */

const HOSTS_PER_BLOCK = 254;

/** The simulated internet without its faults. The first target of a site is its router. */
export class World {
  /** @type {Vantage[]} */ vantages = [];
  /** @type {Site[]} */ sites = [];
  /** @type {Target[]} */ targets = [];
  /** @type {Router[]} */ routers = [];
  /** @type {Map<AddressKey, Vantage>} */ vantageByKey = new Map();
  /** @type {Map<AddressKey, Target>} */ targetByKey = new Map();
  /** @type {Map<string, Router>} */ routerByName = new Map();

  /** @param {WorldPlan} plan */
  constructor(plan) {
    this.plan = plan;
    this.regions = Object.keys(plan.regions);
    this.addVantages();
    this.addSites();
    this.addTargets();
    for (const region of this.regions) this.addRouter(`detour.${region}`);
    this.paths = new Paths(this);
  }

  addVantages() {
    const { providers, agentsPerRegion } = this.plan;
    for (const [at, region] of this.regions.entries()) {
      for (let n = 0; n < agentsPerRegion; n++) {
        const index = this.vantages.length;
        const hex = index.toString(16);
        const ips = { ip: `100.127.${index}.2`, ip6: `2001:2:0:e0${hex.padStart(2, '0')}::2` };
        const vantage = {
          ...{ index, name: `lab-${region}-${n + 1}`, region, provider: providers[(at + n) % providers.length] },
          ...{ gateway: `100.127.${index}.1`, gateway6: `2001:2:0:e0${hex.padStart(2, '0')}::1` },
          ...{ ...ips, keys: { 4: addressKey(ips.ip), 6: addressKey(ips.ip6) } },
        };
        this.vantages.push(vantage);
        for (const key of Object.values(vantage.keys)) this.vantageByKey.set(key, vantage);
      }
    }
  }

  addSites() {
    const { providers, sitesPerRegion } = this.plan;
    for (const [at, region] of this.regions.entries()) {
      for (let n = 0; n < sitesPerRegion; n++) {
        const name = `${region}-s${n + 1}`;
        const router = this.addRouter(`site.${name}`).index;
        this.sites.push({
          ...{ index: this.sites.length, name, region, router },
          provider: providers[(at + n) % providers.length],
        });
      }
    }
  }

  addTargets() {
    const { targets, anycast, ipv6Percent } = this.plan;
    const perSite = Math.floor((targets - anycast) / this.sites.length);
    const rest = (targets - anycast) % this.sites.length;
    let block = 0;
    for (const site of this.sites) {
      const count = perSite + (site.index < rest ? 1 : 0);
      const firstBlock = block;
      block += Math.ceil(count / HOSTS_PER_BLOCK);
      for (let n = 0; n < count; n++) {
        // The router of a site is reached by IPv4.
        const isIpv6 = n > 0 && (n * ipv6Percent) % 100 < ipv6Percent;
        const ip = isIpv6 ? address6(site.index, n) : address4(firstBlock, n);
        const role = n === 0 ? 'core' : SITE_ROLES[n % SITE_ROLES.length];
        this.addTarget({ ip, site, region: site.region, provider: site.provider, role });
        if (n === 0) this.moveRouter(site.router, ip);
      }
    }
    for (let n = 0; n < anycast; n++) {
      const provider = this.plan.providers[n % this.plan.providers.length];
      this.addTarget({ ip: address4(block, n), site: null, region: 'anycast', provider, role: 'anycast' });
    }
  }

  /** @param {Omit<Target, 'index' | 'key' | 'extraMs'>} of */
  addTarget(of) {
    const index = this.targets.length;
    const target = { ...of, index, key: addressKey(of.ip), extraMs: ((index * 37) % 100) / 100 };
    this.targets.push(target);
    this.targetByKey.set(target.key, target);
  }

  /** @param {string} name */
  addRouter(name) {
    const index = this.routers.length;
    const keys = {
      4: addressKey(this.routerAddress(name, index)),
      6: addressKey(`2001:2:0:f000::${(index + 1).toString(16)}`),
    };
    const router = { index, name, keys };
    this.routers.push(router);
    this.routerByName.set(name, router);
    return router;
  }

  /**
   * @param {string} name
   * @param {number} index
   */
  routerAddress(name, index) {
    if (!this.plan.publicCore) return `100.64.${index >> 8}.${index & 255}`;
    // Behind the largest address of a target.
    return name.startsWith('edge.') ? '100.64.0.1' : `198.19.${240 + (index >> 8)}.${index & 255}`;
  }

  /**
   * Gives a router the address of a target: the target is the router.
   * @param {number} index
   * @param {string} ip
   */
  moveRouter(index, ip) {
    const { keys } = this.routers[index];
    keys[4] = addressKey(ip);
  }

  /**
   * Returns the router of a `path-change` of the vantage point's region.
   * @param {Vantage} vantage
   */
  detourOf(vantage) {
    return this.routerByName.get(`detour.${vantage.region}`)?.index ?? 0;
  }

  /**
   * @param {string} from
   * @param {string} to
   */
  distanceMs(from, to) {
    const [[x1, y1], [x2, y2]] = [this.plan.regions[from], this.plan.regions[to]];
    return Math.hypot(x2 - x1, y2 - y1);
  }
}

/**
 * @param {number} block
 * @param {number} n
 */
function address4(block, n) {
  const net = block + Math.floor(n / HOSTS_PER_BLOCK);
  const [first, second] = RANGES.targets.split('.').map(Number);
  return `${first}.${second + (net >> 8)}.${net & 255}.${(n % HOSTS_PER_BLOCK) + 1}`;
}

/**
 * @param {number} site
 * @param {number} n
 */
const address6 = (site, n) => `2001:2:0:${(0x1000 + site).toString(16)}::${(n + 1).toString(16)}`;
