export { allReady, endAndWait, killAndWait, pidOf, whileAway } from './killing';
export { freshAddress } from './network-faults';
export { CHROMIUM, PortalBrowser } from './portal-browser';
export { RunningProduct } from './running-product';
export { placeWitness, readWaiting, readWitness } from './spool-witness';
export { plainEnvironment } from './state-folders';
