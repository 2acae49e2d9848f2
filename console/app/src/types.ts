// What the JSON API answers; see console/src/api.

export interface Failure { error: string; hint: string }

export interface Overview {
  version: string;
  bootstrapServers: string;
  clusterId: string;
  brokers: { id: number; host: string; port: number; rack: string | null; controller: boolean }[];
  topics: number;
  internalTopics: number;
  partitions: number;
  groups: number;
  groupStates: Record<string, number>;
  registry: { subjects: number } | Failure | null;
  connect: { connectors: number; failing: number } | Failure | null;
}

export interface TopicRow { name: string; internal: boolean; partitions: number; records: number | null }

export interface Edge { partition: number; earliest: number | null; latest: number | null }

export interface Topic {
  name: string;
  id: string;
  internal: boolean;
  partitions: (Edge & { leader: number | null; replicas: number[]; isr: number[] })[];
  configs: { name: string; value: string | null; source: "topic" | "broker" | "default" | "other"; sensitive: boolean }[];
}

export interface Shown {
  format: "null" | "empty" | "json" | "text" | "avro" | "binary";
  text: string;
  size: number;
  truncated: boolean;
  schemaId?: number;
  problem?: string;
}

export interface Message {
  partition: number;
  offset: number;
  timestamp: number;
  timestampType: "create" | "append";
  key: Shown;
  value: Shown;
  headers: [string, Shown][];
}

export interface GroupRow { group: string; state: string; protocolType: string; members: number | null; lag: number | null }

export interface Group {
  group: string;
  state: string;
  protocolType: string;
  protocol: string;
  members: { id: string; instanceId: string | null; clientId: string; host: string; partitions: string[] }[];
  partitions: { topic: string; partition: number; committed: number | null; end: number | null; lag: number | null; client: string | null }[];
}

export interface SubjectRow { subject: string; versions: number[] }

export interface Schema { version: number; id: number; type: string; schema: string; references: unknown[] | null }

export interface Subject extends SubjectRow { compatibility: string | null; latest: Schema }

export interface ConnectorRow {
  name: string;
  type: string | null;
  class: string | null;
  state: string | null;
  worker: string | null;
  tasks: { id: number; state: string; worker_id: string; trace?: string }[];
}

export interface Connector extends ConnectorRow { config: Record<string, string> | null; trace: string | null }
