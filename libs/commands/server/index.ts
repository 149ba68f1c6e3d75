export { CommandUpdates } from './orders/command-updates';
export { NextCommandOrders, NextCommandOrdersHandler } from './orders/next-command-orders';
export { ReadTracedTargets, ReadTracedTargetsHandler } from './orders/read-traced-targets';
export { isUuid, readReport } from './results/read-report';
export { ReportCommands, ReportCommandsHandler } from './results/report-commands';
