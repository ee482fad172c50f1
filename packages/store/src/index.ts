export {
  type AuditSigner,
  type Checkpoint,
  checkpointDigest,
  isCheckpoint,
  makeCheckpoint,
} from './audit/checkpoint.ts'
export { decodeAuditRow, encodeAuditRow } from './audit/fact-text.ts'
export {
  type AuditAct,
  type AuditActName,
  type AuditDecision,
  type AuditFact,
  type AuditHead,
  type AuditRow,
  type AuditSeal,
  type Author,
  auditAct,
  auditHash,
  emptyChain,
  nextRow,
} from './audit/row.ts'
export {
  type AuditFinding,
  type AuditFlaw,
  type AuditReport,
  type AuditTrust,
  AuditVerification,
  verifyAudit,
} from './audit/verify.ts'
export type {
  AcceptedAnswer,
  AuditLog,
  Backend,
  Batch,
  BatchOutcome,
  Counts,
  Done,
  Generation,
  Recorded,
  Step,
  Task,
} from './backend.ts'
export {
  isStoreFault,
  StoreFault,
  type StoreFaultCode,
  type StoreFaultDetail,
} from './fault.ts'
export type { BatchLimits } from './gathering.ts'
export type { Halt } from './halt.ts'
export { moveStore, type StoreSums, sumsOf, type TableSum } from './moving.ts'
export {
  type Claim,
  type FailedAttempt,
  farAheadMs,
  isFresh,
  laneOf,
  type NewAnswer,
  type Outbox,
  type OutboxRow,
  type OutboxSummary,
  type OwedAnswer,
  type Queued,
  takenOver,
} from './outbox.ts'
export type { Page } from './page.ts'
export { Permit } from './permit.ts'
export type { Realm } from './realm.ts'
export type { Row } from './rows.ts'
export {
  compareToSeal,
  decodeSeal,
  encodeSeal,
  isSealSigned,
  makeSeal,
  type Seal,
  type SealProblem,
  sealDigest,
} from './seal.ts'
export { type SealDeps, SealFile } from './seal-file.ts'
export {
  createStore,
  type Keeping,
  type Ruling,
  type Store,
  type StoreOptions,
} from './store.ts'
export {
  type Table,
  type TableName,
  tableNames,
  tables,
  type Upkeep,
} from './upkeep.ts'
export { everyRow } from './verification/every-row.ts'
export { type StoreCheck, type StoreFinding, storeChecks } from './verification/findings.ts'
export { type StoreReport, type StoreTrust, verifyStore } from './verification/verify-store.ts'
