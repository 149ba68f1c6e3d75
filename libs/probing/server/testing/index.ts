export { SampleStore } from '../sample-store';
export { SeriesRows } from '../series-rows';
export { storeAgents, storeWindow } from '../stored-windows.test-rows';
