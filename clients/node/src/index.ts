export {
  type Classification,
  ClassifyError,
  type ClassifyErrorCode,
  type ClassifyOptions,
  classify
} from './classify.js'
export { encryptCredentials, type TrainerCredentials } from './encrypt.js'
export { SatchelError, type SatchelErrorCode } from './errors.js'
export { trainerLabels } from './labels.js'
export type * from './messages.js'
export { fromMlForKids, type MlForKidsImage, type MlForKidsProject } from './mlforkids.js'
export type { SaslOptions, SatchelOptions, TlsOptions } from './options.js'
export { connect, type FollowOptions, type Satchel } from './satchel.js'
