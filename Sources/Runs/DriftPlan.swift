package import Core
package import Events

/// What the records of a stream are compared with in a run, and what becomes of what differs.
package struct DriftPlan: Sendable {
    package var schema: RecordSchema
    package var response: DriftResponse
    /// What earlier runs found; nil where none compared anything.
    package var known: SchemaRecord?

    /// A plan.
    package init(schema: RecordSchema, response: DriftResponse, known: SchemaRecord?) {
        self.schema = schema
        self.response = response
        self.known = known
    }
}
