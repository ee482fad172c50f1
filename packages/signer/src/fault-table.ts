import type { Fault } from './fault.ts'

/** The name of a fault. Part of the API: it does not change. */
export type FaultCode = Fault['code']

/** The exit codes of the `boltwarden` command. */
export const exitCodes = {
  ok: 0,
  internal: 1,
  usage: 2,
  config: 3,
  keys: 4,
  store: 5,
  network: 6,
  unhealthy: 7,
} as const

/** What a fault means to whoever meets it. */
export type FaultEntry = {
  /** The HTTP status where it ends a request; `undefined` where it never does. */
  readonly status: number | undefined
  /** The command's exit code where it ends the process. */
  readonly exit: number
  readonly retryable: boolean
  readonly cause: string
  readonly fix: string
}

const startup = { status: undefined, retryable: false }

/** Every fault: a code without an entry does not compile. docs/errors.md is made from this. */
export const faultTable: Record<FaultCode, FaultEntry> = {
  CONFIG_UNREADABLE: {
    ...startup,
    exit: exitCodes.config,
    cause: 'The configuration file cannot be read, or is not TOML.',
    fix: 'Check the path given to --config, its permissions, and the line that is named.',
  },
  CONFIG_INVALID: {
    ...startup,
    exit: exitCodes.config,
    cause: 'The configuration has keys that are unknown or values that do not fit.',
    fix: 'Correct the keys that are named; docs/operations.md lists them all.',
  },
  USAGE: {
    ...startup,
    exit: exitCodes.usage,
    cause: 'The command line does not say enough, or contradicts itself.',
    fix: 'Run the command with --help.',
  },
  CANCELLED: {
    ...startup,
    exit: exitCodes.usage,
    cause: 'The dialogue was cancelled.',
    fix: 'Start again; nothing was written.',
  },
  TARGET_EXISTS: {
    ...startup,
    exit: exitCodes.usage,
    cause: 'A file stands where one is to be written, and keys are never overwritten.',
    fix: 'Choose another folder, or move the file away once you are sure that it is backed up.',
  },
  WRITE_FAILED: {
    ...startup,
    exit: exitCodes.config,
    cause: 'A file cannot be written.',
    fix: 'Check that the folder exists, is writable by this user, and that the disk has room.',
  },
  SECRET_UNREADABLE: {
    ...startup,
    exit: exitCodes.keys,
    cause: 'A secret cannot be read from where the configuration says.',
    fix: 'Check the path and that this user may read it.',
  },
  SECRET_EXPOSED: {
    ...startup,
    exit: exitCodes.keys,
    cause: 'Others than its owner may read or change a secret file.',
    fix: 'chmod 600 the file, or 640 where a group must read it.',
  },
  SECRET_INVALID: {
    ...startup,
    exit: exitCodes.keys,
    cause: 'A secret does not have the form it must have.',
    fix: 'Put exactly what is expected into the file; a final line break is ignored.',
  },
  BACKUP_NOT_CONFIRMED: {
    ...startup,
    exit: exitCodes.usage,
    cause: 'The words asked for do not match the phrase, so the backup is not trusted.',
    fix: 'Start again with a fresh phrase and write it down on paper; nothing was written here.',
  },
  PASSPHRASE_MISSING: {
    ...startup,
    exit: exitCodes.keys,
    cause: 'Nothing says where the passphrase of the key store is, and there is no terminal.',
    fix: 'Give --passphrase-file, --passphrase-fd, keys.passphrase_file or the systemd credential boltwarden-passphrase.',
  },
  KEY_STORE_MISSING: {
    ...startup,
    exit: exitCodes.keys,
    cause: 'There is no key store at the configured path.',
    fix: 'Run boltwarden init, or correct keys.key_store_file.',
  },
  KEY_STORE_LOCKED: {
    ...startup,
    exit: exitCodes.keys,
    cause: 'The passphrase does not open the key store.',
    fix: 'Check the passphrase; try age -d on the file.',
  },
  KEY_STORE_FORMAT: {
    ...startup,
    exit: exitCodes.keys,
    cause: 'The file is not a key store of a version that this program reads.',
    fix: 'Restore the file from backup, or make it anew from the seed phrase with boltwarden init.',
  },
  KEY_MISMATCH: {
    ...startup,
    exit: exitCodes.keys,
    cause: 'The key store holds another seed than the configuration names.',
    fix: 'Use the key store of this node, or correct keys.fingerprint if the change is meant.',
  },
  CURVE_UNAVAILABLE: {
    ...startup,
    exit: exitCodes.keys,
    cause: 'The secp256k1 backend is missing or fails its self-test.',
    fix: 'Reinstall for this platform, or set crypto.backend to "portable".',
  },
  STORE_UNAVAILABLE: {
    status: 503,
    exit: exitCodes.store,
    retryable: true,
    cause: 'The store cannot be read or written. Nothing is signed without it.',
    fix: 'Check the disk, its free space and the permissions of the data folder; then boltwarden doctor.',
  },
  STORE_REFUSED: {
    status: 503,
    exit: exitCodes.store,
    retryable: false,
    cause:
      'The store cannot be used: it is of another node or version, not durable, or was deleted or replaced.',
    fix: 'Use the data folder of this node and network, on a local disk; put its files back and restart.',
  },
  STORE_IN_USE: {
    status: 503,
    exit: exitCodes.store,
    retryable: true,
    cause: 'A signer, or another command, has the store open, and this has to have it alone.',
    fix: 'Stop the signer first.',
  },
  STORE_NOT_ACCEPTED: {
    status: 503,
    exit: exitCodes.store,
    retryable: false,
    cause:
      'The store may not be the one that was last in use: it was restored, moved, rolled back or forked. Nothing is signed with it.',
    fix: 'boltwarden store status tells more; docs/operations.md, "A rollback alarm", tells how to go on.',
  },
  STORE_CONFLICTING: {
    ...startup,
    exit: exitCodes.store,
    cause: 'What is to be imported contradicts what is remembered. Nothing was changed.',
    fix: 'Find out which of both is true of each thing that is named; docs/state-format.md says what contradicts.',
  },
  STATE_FILE_INVALID: {
    ...startup,
    exit: exitCodes.store,
    cause: 'A file is no exported state that can be imported here.',
    fix: 'Name a file that boltwarden store export wrote for this seed and network.',
  },
  AUDIT_FILE_INVALID: {
    ...startup,
    exit: exitCodes.store,
    cause: 'A file is no exported audit log.',
    fix: 'Name a file that boltwarden audit export wrote; a line that is named does not read.',
  },
  LISTEN_FAILED: {
    ...startup,
    exit: exitCodes.network,
    cause: 'An address cannot be listened on.',
    fix: 'Stop what uses the port, or choose another in the configuration.',
  },
  PLATFORM_UNAVAILABLE: {
    status: 503,
    exit: exitCodes.network,
    retryable: true,
    cause: 'The platform did not take the answer in time. It was recorded and will be given again.',
    fix: 'Check the way to platform.base_url; the platform asks again.',
  },
  PLATFORM_REFUSED: {
    status: 503,
    exit: exitCodes.network,
    retryable: false,
    cause: 'The platform refused the answer.',
    fix: 'Check platform.api_client_id and its secret, and the permissions of the API token.',
  },
  ANSWER_REFUSED: {
    status: 503,
    exit: exitCodes.network,
    retryable: false,
    cause: 'The platform refused the answer and holds another one, or has given up on the job.',
    fix: 'See the status; boltwarden outbox list shows the answer, which is set aside.',
  },
  WEBHOOK_UNREACHABLE: {
    ...startup,
    exit: exitCodes.network,
    cause: 'The test event did not reach its URL, or nothing replied within 10 s.',
    fix: 'Check --url, and that the signer runs: boltwarden doctor.',
  },
  UNAUTHENTICATED: {
    status: 401,
    exit: exitCodes.internal,
    retryable: false,
    cause: 'The lightspark-signature header is missing or wrong. The reply has no body.',
    fix: 'Compare webhook.secret_files with the secret shown by the platform; check that no proxy changes the body.',
  },
  MALFORMED: {
    status: 400,
    exit: exitCodes.internal,
    retryable: false,
    cause: 'The signed body is not an event of the protocol.',
    fix: 'See path and expected in the reply.',
  },
  BODY_TOO_LARGE: {
    status: 413,
    exit: exitCodes.internal,
    retryable: false,
    cause: 'The body is larger than webhook.max_body_bytes.',
    fix: 'Raise the limit if such events are honest: 1,000 signing jobs are about 900 kB.',
  },
  REQUEST_TIMEOUT: {
    status: 408,
    exit: exitCodes.internal,
    retryable: true,
    cause: 'The headers or the body did not arrive in time.',
    fix: 'Look for a slow proxy, or raise webhook.headers_timeout_ms and webhook.request_timeout_ms.',
  },
  OVERLOADED: {
    status: 503,
    exit: exitCodes.internal,
    retryable: true,
    cause:
      'There is no room for the delivery, or its turn would come too late. It was turned away at once.',
    fix: 'None needed for a peak; else raise the limit that is named, in the table webhook, or look for a slow store or platform.',
  },
  DEADLINE_PASSED: {
    status: 503,
    exit: exitCodes.internal,
    retryable: true,
    cause: 'The answer was not ready within webhook.decision_deadline_ms.',
    fix: 'Look at boltwarden_platform_call_seconds and at the disk; the platform asks again.',
  },
  DRAINING: {
    status: 503,
    exit: exitCodes.internal,
    retryable: true,
    cause: 'The signer is stopping and takes no new work.',
    fix: 'None: the platform asks again.',
  },
  CAPTURE_UNREADABLE: {
    ...startup,
    exit: exitCodes.config,
    cause: 'A file is no capture of events.',
    fix: 'Name a file that capture.file wrote, or a webhook body by itself; cut off a line that a crash left unfinished.',
  },
  STATE_UNREADABLE: {
    ...startup,
    exit: exitCodes.store,
    cause: 'The copy of a store cannot be read.',
    fix: 'Name a copy of store.file: sqlite3 state.sqlite ".backup copy.sqlite" makes one while the signer runs.',
  },
  PUBLIC_KEYS_UNREADABLE: {
    ...startup,
    exit: exitCodes.config,
    cause: 'A file is no list of public keys.',
    fix: 'Name a file that --write-public-keys wrote.',
  },
  PUBLIC_KEY_MISSING: {
    ...startup,
    exit: exitCodes.keys,
    cause: 'Judging an event needs a public key that the file of public keys does not hold.',
    fix: 'Write the file anew where the key store is: the same command with --write-public-keys.',
  },
  ADMIN_UNAUTHENTICATED: {
    status: 401,
    exit: exitCodes.usage,
    retryable: false,
    cause: 'A call of the admin API has no token that is known.',
    fix: 'Send Authorization: Bearer with a token of admin.token_file.',
  },
  ADMIN_WRONG_HOST: {
    status: 403,
    exit: exitCodes.usage,
    retryable: false,
    cause: 'A call of the admin API names a host that is not this one.',
    fix: 'Call it by its IP address or localhost, or add the name to admin.allowed_hosts.',
  },
  ADMIN_MALFORMED: {
    status: 400,
    exit: exitCodes.usage,
    retryable: false,
    cause: 'A call of the admin API cannot be understood.',
    fix: 'See path and expected; docs/operations.md lists the calls.',
  },
  ADMIN_UNKNOWN: {
    status: 404,
    exit: exitCodes.usage,
    retryable: false,
    cause: 'There is nothing of that name or number.',
    fix: 'List what there is: boltwarden intents list, boltwarden channels list.',
  },
  ADMIN_CONFLICT: {
    status: 409,
    exit: exitCodes.usage,
    retryable: false,
    cause: 'What is asked contradicts what is known. Nothing was changed.',
    fix: 'Compare with boltwarden channels show or boltwarden intents list.',
  },
  ADMIN_UNREACHABLE: {
    ...startup,
    exit: exitCodes.network,
    cause: 'The admin API of the running signer does not reply.',
    fix: 'Start the signer, and check admin.host and admin.port; a port of 0 is known to its log only.',
  },
  ADMIN_REFUSED: {
    ...startup,
    exit: exitCodes.usage,
    cause: 'The running signer refused the call.',
    fix: 'See the reason; its code is explained in docs/errors.md.',
  },
  INTERNAL: {
    status: 500,
    exit: exitCodes.internal,
    retryable: false,
    cause: 'A bug. The reply carries a request id and nothing else.',
    fix: 'Find the request id in the log and report it with the frames beside it.',
  },
}
