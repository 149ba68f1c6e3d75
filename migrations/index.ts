export { CONTROL_MIGRATIONS } from './control';
export { TELEMETRY_MIGRATIONS } from './telemetry';
