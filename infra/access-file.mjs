import { writePrivateJson } from './private-file.mjs';

/** What a person or a script needs to use the installation; holds passwords, so its owner alone may read it. */
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

/** `processes`: name → {pid, opsUrl?} of all that runs now. */
export function writeAccess(file, access, processes) {
  writePrivateJson(file, { ...access, processes });
}
