import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { giveToOwner } from './owner.mjs';
import { writePrivateJson, writePublicText } from './private-file.mjs';

/** @typedef {Record<string, { pid: number, opsUrl?: string }>} Processes by name */

/**
 * What a person or a script needs to use the installation; holds passwords, so its owner alone may read it.
 * @param {{ addresses: import('./providers/environment.mjs').Addresses, ports: Record<string, number>, bootstrap: Omit<import('./secrets.mjs').Bootstrap, 'enrolmentToken'> }} of
 */
export function accessOf({ addresses, ports, bootstrap }) {
  return {
    portalUrl: `http://127.0.0.1:${ports.api}`,
    apiUrl: `http://127.0.0.1:${ports.api}`,
    gatewayUrl: `https://127.0.0.1:${ports.agents}`,
    enrolUrl: `https://127.0.0.1:${ports.enrol}`,
    apiKey: bootstrap.apiKey,
    adminUser: bootstrap.adminUser,
    adminPassword: bootstrap.adminPassword,
    ...addresses,
  };
}

/**
 * `processes`: name → {pid, opsUrl?} of all that runs now.
 * @param {string} file
 * @param {object} access
 * @param {Processes} processes
 */
export function writeAccess(file, access, processes) {
  writePrivateJson(file, { ...access, processes });
}

/**
 * What Prometheus is to scrape, as its `file_sd` reads it: each process that has metrics. Nothing in it is secret.
 * @param {string} file
 * @param {Processes} processes
 */
export function writeScrapeTargets(file, processes) {
  const scraped = Object.entries(processes).filter(([, { opsUrl }]) => opsUrl !== undefined);
  const groups = scraped.map(([process, { opsUrl = '' }]) => ({
    targets: [new URL(opsUrl).host],
    labels: { process },
  }));
  mkdirSync(dirname(file), { recursive: true });
  giveToOwner(dirname(file));
  writePublicText(file, `${JSON.stringify(groups, null, 2)}\n`);
}
