// Generated from docs/contract by "npm run types".

export type Image = DownloadedImage | StoredImage
/**
 * A name that is a file's and an object's: no slash, no control character, no half of a surrogate pair, not . or ..
 */
export type Name = string
export type Credentials = Identifier | EncryptedCredentials
export type Identifier = string
/**
 * A zip for each label, or one zip with a folder for each label.
 */
export type ArchiveLayout = 'zip-per-label' | 'image-folder'

/**
 * A message of the topic training-requests, key projectId. Unknown fields are ignored.
 */
export interface TrainingRequest {
  /**
   * Chosen by the caller, once for each press of Train.
   */
  requestId: string
  projectId: string
  classId?: string | null
  userId?: string | null
  /**
   * Of the project, for people.
   */
  name: string
  /**
   * The images of each label; at least two labels hold images, each of these 10 to 10,000. Labels without images are skipped. At most 2,000 labels. Ids of images are unique within a request.
   */
  labels: {
    [k: string]: Image[]
  }
  /**
   * Exactly one of watson, http and store.
   */
  deliverTo: {
    watson?: {
      /**
       * The credentials to try, in this order: the names of those that the job has, and at most five that the request brings along, encrypted. The name of an encrypted one is in the list once.
       *
       * @minItems 1
       * @maxItems 100
       */
      credentials: Credentials[]
      /**
       * Ids of the classifiers whose place the new one takes: deleted once it is created.
       *
       * @maxItems 100
       */
      replaces?: string[]
    }
    /**
     * A signed POST to an endpoint of the job's configuration.
     */
    http?: {
      endpoint: Identifier
      layout?: ArchiveLayout
    }
    /**
     * Leave the archives where they are built; the event names them.
     */
    store?: {
      layout?: ArchiveLayout
    }
  }
  options?: {
    onImageFailure?: 'fail' | 'skip'
    deadlineSeconds?: number
    format?: 'auto' | 'png' | 'jpeg'
  }
}
/**
 * An image on the web.
 */
export interface DownloadedImage {
  type: 'download'
  imageid: Name
  url: string
}
/**
 * An image in object storage, under classid/userid/projectid/objectid. userid is whoever stored it, which need not be the owner of the project.
 */
export interface StoredImage {
  type: 'retrieve'
  imageid?: Name
  spec: {
    objectid: Name
    projectid: Name
    userid: Name
    classid: Name
  }
}
/**
 * Credentials as compact JWE (RFC 7516): alg RSA-OAEP-256 or ECDH-ES, enc A256GCM, the kid of a key of the job, no zip, no crit. README.md says what is in it.
 */
export interface EncryptedCredentials {
  /**
   * Chosen by the caller; events call them by it.
   */
  name: string
  jwe: string
}

/**
 * A message of the topic training-requests that ends a request which is still open. Unknown fields are ignored.
 */
export interface Cancel {
  cancel: {
    /**
     * That of the request.
     */
    requestId: string
  }
}

/**
 * A message of the topic training-requests that removes what the job knows of a project or of a user. Unknown fields are ignored.
 */
export interface Forget {
  /**
   * Has exactly one of projectId and userId.
   */
  forget: {
    /**
     * Chosen by the caller, for the answer: the event forgotten has it.
     */
    requestId: string
    projectId?: string
    userId?: string
  }
}

/**
 * A message of the topic training-results, key projectId. Readers ignore fields they do not know, and events of a type they do not know.
 */
export type TrainingEvent =
  | AcceptedEvent
  | ProgressEvent
  | UploadingEvent
  | UploadedEvent
  | StoredEvent
  | FailedEvent
  | RejectedEvent
  | CancelledEvent
  | ReadyEvent
  | TrainingFailedEvent
  | TrainingUnknownEvent
  | ForgottenEvent
export type RequestId = string
export type ProjectId = string
/**
 * When it happened; the same however often the event is delivered.
 */
export type At = string
export type FailureCode =
  | 'image-unreachable'
  | 'image-forbidden'
  | 'image-throttled'
  | 'image-timeout'
  | 'image-unsupported'
  | 'image-too-large'
  | 'image-too-many-pixels'
  | 'image-blocked-address'
  | 'store-auth'
  | 'store-missing'
  | 'image-under-several-labels'
  | 'label-too-few-images'
  | 'label-too-many-images'
  | 'archive-too-large'
  | 'deadline'
  | 'credentials-rejected'
  | 'credentials-exhausted'
  | 'rate-limited'
  | 'upload-refused'
  | 'upload-failed'
  | 'training-failed'
  | 'training-unknown'
  | 'superseded'
  | 'too-many-requests'
  | 'invalid-request'
  | 'forgotten'
/**
 * What is served and is probably a mistake: pictures that are under another label, too.
 */
export type Warnings = Failure[]
export type Archives = Archive[]
export type Failures = Failure[]
/**
 * Ids of the classifiers that were deleted before the new one was created, as there was no room for both.
 */
export type DeletedFirst = string[]

/**
 * The request is being served.
 */
export interface AcceptedEvent {
  type: 'accepted'
  requestId: RequestId
  projectId: ProjectId
  at: At
  images: ImageCounts
  warnings?: Warnings
}
/**
 * How far the images of the request are: done are ready for their archive, failed never will be.
 */
export interface ImageCounts {
  total: number
  done: number
  failed: number
}
export interface Failure {
  code: FailureCode
  /**
   * The sentence for the pupil.
   */
  message: string
  label?: string
  /**
   * The image as the request gave it, or the field or label at fault.
   */
  location?: FailedDownloadedImage | FailedStoredImage | PlaceInTheRequest
}
export interface FailedDownloadedImage {
  type: 'download'
  imageid: string
  url: string
}
export interface FailedStoredImage {
  type: 'retrieve'
  imageid?: string
  spec: {
    objectid: string
    projectid: string
    userid: string
    classid: string
  }
}
export interface PlaceInTheRequest {
  /**
   * RFC 6901.
   */
  pointer: string
}
/**
 * Some of the request's images are done; at most twice a second.
 */
export interface ProgressEvent {
  type: 'progress'
  requestId: RequestId
  projectId: ProjectId
  at: At
  images: ImageCounts
}
/**
 * The archives are on their way; at most every two seconds.
 */
export interface UploadingEvent {
  type: 'uploading'
  requestId: RequestId
  projectId: ProjectId
  at: At
  images: ImageCounts
  upload: Upload
}
/**
 * Bytes of all archives, and how many of them are sent.
 */
export interface Upload {
  bytes: number
  sent: number
}
/**
 * Outcome: the classifier is created. Failures are images that were skipped and credentials that were refused.
 */
export interface UploadedEvent {
  type: 'uploaded'
  requestId: RequestId
  projectId: ProjectId
  at: At
  images: ImageCounts
  classifier: Classifier
  archives: Archives
  failures?: Failures
  deletedFirst?: DeletedFirst
}
/**
 * What the training service, or the endpoint, calls it; credentials are the name of those it was created with, or the endpoint's.
 */
export interface Classifier {
  id: string
  name: string
  status: string
  created: string
  url: string
  credentials: string
}
/**
 * A zip of images; of one label, unless the request asked for the layout image-folder.
 */
export interface Archive {
  label?: string
  uri: string
  images: number
  bytes: number
  sha256: string
}
/**
 * Outcome: the archives are where they say. Failures are images that were skipped.
 */
export interface StoredEvent {
  type: 'stored'
  requestId: RequestId
  projectId: ProjectId
  at: At
  images: ImageCounts
  archives: Archives
  failures?: Failures
}
/**
 * Outcome: the request ended without a result.
 */
export interface FailedEvent {
  type: 'failed'
  requestId: RequestId
  projectId: ProjectId
  at: At
  images: ImageCounts
  archives?: Archives
  failures?: Failures
  deletedFirst?: DeletedFirst
  error: TrainingError
}
/**
 * Why the request ended without a result.
 */
export interface TrainingError {
  code: FailureCode
  message: string
  /**
   * With too-many-requests: how long to wait before another request, with an id of its own.
   */
  retryAfterSeconds?: number
}
/**
 * Outcome: the request does not follow the contract, or is over a quota; or the answer to a forget that does not follow the contract. Its ids are those that it gave, also if they are not valid; projectId is left out if it gave none, and of a forget.
 */
export interface RejectedEvent {
  type: 'rejected'
  requestId: RequestId
  projectId?: ProjectId
  at: At
  images: ImageCounts
  failures: Failures
  error: TrainingError
}
/**
 * Outcome: a cancel or forget message ended the request before all its images were there. Error says so if it was a forget.
 */
export interface CancelledEvent {
  type: 'cancelled'
  requestId: RequestId
  projectId: ProjectId
  at: At
  images: ImageCounts
  error?: TrainingError
}
/**
 * After uploaded: the classifier is trained.
 */
export interface ReadyEvent {
  type: 'ready'
  requestId: RequestId
  projectId: ProjectId
  at: At
  images: ImageCounts
  classifier: Classifier
}
/**
 * After uploaded: the service could not train the classifier.
 */
export interface TrainingFailedEvent {
  type: 'training-failed'
  requestId: RequestId
  projectId: ProjectId
  at: At
  images: ImageCounts
  classifier: Classifier
  error: TrainingError
}
/**
 * After uploaded: what became of the training was not seen in the time that it is looked after.
 */
export interface TrainingUnknownEvent {
  type: 'training-unknown'
  requestId: RequestId
  projectId: ProjectId
  at: At
  images: ImageCounts
  classifier: Classifier
  error: TrainingError
}
/**
 * The answer to a forget, by its requestId; it repeats neither the project nor the user.
 */
export interface ForgottenEvent {
  type: 'forgotten'
  requestId: RequestId
  at: At
  images: ImageCounts
  forgotten: Removed
}
/**
 * How many requests were forgotten; how many archives, cached pictures and classifiers of theirs were deleted; and what remains, a sentence each.
 */
export interface Removed {
  requests: number
  archives: number
  pictures: number
  classifiers: number
  remaining: string[]
}
