export * from './chart';
export * from './chart-options';
export * from './palette';
export * from './range-choice';
export * from './time-range';
export * from './value-scale';
export * from './window-bars';
