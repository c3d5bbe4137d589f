import { trainerLabels } from './labels.js'
import type { Image, TrainingRequest } from './messages.js'

/** A row of the site's training data. */
export interface MlForKidsImage {
  id: string
  label: string
  isstored: boolean
  /** Of an image on the web. */
  imageurl?: string
  /** Of a stored image: whoever stored it. */
  userid?: string
}

/** What the site knows of a project. */
export interface MlForKidsProject {
  id: string
  name: string
  classid: string
  userid: string
}

/**
 * Makes a request of what the predecessor read from its database. docs/contract/from-mlforkids.md says
 * what becomes of which field; {@link trainerLabels} what becomes of a label.
 */
export function fromMlForKids(
  project: MlForKidsProject,
  training: MlForKidsImage[],
  requestId: string,
  deliverTo: TrainingRequest['deliverTo'],
  options: NonNullable<TrainingRequest['options']> = {}
): TrainingRequest {
  const names = trainerLabels(training.map(row => row.label))
  const labels = new Map<string, Image[]>()
  for (const row of training) {
    const label = names.get(row.label) ?? row.label
    const images = labels.get(label) ?? []
    labels.set(label, images)
    images.push(row.isstored ? stored(project, row) : downloaded(row))
  }
  return {
    requestId,
    projectId: project.id,
    classId: project.classid,
    userId: project.userid,
    name: project.name,
    labels: Object.fromEntries(labels),
    deliverTo,
    options
  }
}

function downloaded(row: MlForKidsImage): Image {
  return { type: 'download', imageid: row.id, url: row.imageurl ?? '' }
}

function stored(project: MlForKidsProject, row: MlForKidsImage): Image {
  return {
    type: 'retrieve',
    imageid: row.id,
    spec: {
      objectid: row.id,
      projectid: project.id,
      userid: row.userid || project.userid,
      classid: project.classid
    }
  }
}
