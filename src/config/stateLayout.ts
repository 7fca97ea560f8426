/** Paths of everything in a state folder, so that no two parts disagree on one. */
export interface StateLayout {
  readonly folder: string;
  /** The region this state belongs to, one line. */
  readonly regionFile: string;
  /** The accepted configuration, as `settingsText` writes it. */
  readonly settingsFile: string;
  /** Token of the API, mode 0600. */
  readonly tokenFile: string;
  readonly keysFolder: string;
  /** TSIG key of one process or of `operator`, in BIND's key-file format, mode 0600. */
  keyFile(processId: string): string;
  readonly nameserverFolder: string;
  readonly storeFolder: string;
  readonly planStoreFile: string;
  readonly enactorsFolder: string;
  enactorFolder(enactorId: string): string;
  readonly socketsFolder: string;
  readonly storeSocket: string;
  readonly supervisorSocket: string;
  readonly demoSocket: string;
  readonly logsFolder: string;
  logFile(processId: string): string;
}

/** The layout of the state folder at `folder` (a path without a trailing slash). */
export function stateLayout(folder: string): StateLayout {
  return {
    folder,
    regionFile: `${folder}/region`,
    settingsFile: `${folder}/settings.json`,
    tokenFile: `${folder}/token`,
    keysFolder: `${folder}/keys`,
    keyFile: (processId) => `${folder}/keys/${processId}.key`,
    nameserverFolder: `${folder}/nameserver`,
    storeFolder: `${folder}/store`,
    planStoreFile: `${folder}/store/plans.sqlite`,
    enactorsFolder: `${folder}/enactors`,
    enactorFolder: (enactorId) => `${folder}/enactors/${enactorId}`,
    socketsFolder: `${folder}/sockets`,
    storeSocket: `${folder}/sockets/store.sock`,
    supervisorSocket: `${folder}/sockets/supervisor.sock`,
    demoSocket: `${folder}/sockets/demo.sock`,
    logsFolder: `${folder}/logs`,
    logFile: (processId) => `${folder}/logs/${processId}.log`,
  };
}
