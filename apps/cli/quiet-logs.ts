// The libraries' log lines are for apps that run for long; a command speaks for itself. First import: loggers read it once.
process.env['ICMPMON_LOG_LEVEL'] ??= 'silent';
