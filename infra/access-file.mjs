import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { giveToOwner } from './owner.mjs';
import { writePrivateJson, writePublicText } from './private-file.mjs';

/** @typedef {Record<string, { pid: number, opsUrl?: string }>} Processes by name */

/**
 * Returns what a person or a script needs to use the installation. It holds passwords, so only its owner may read the file.
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
 * Writes access.json. `processes`: name → {pid, opsUrl?} of every running process.
 * @param {string} file
 * @param {object} access
 * @param {Processes} processes
 */
export function writeAccess(file, access, processes) {
  writePrivateJson(file, { ...access, processes });
}

/**
 * Writes the scrape targets for Prometheus (`file_sd`): every process that has metrics. The file holds no secrets.
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
