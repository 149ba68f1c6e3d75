// Silences the libraries' logs, which are for long-running apps; commands print their own output. Imported first: loggers read the level once.
process.env['ICMPMON_LOG_LEVEL'] ??= 'silent';
