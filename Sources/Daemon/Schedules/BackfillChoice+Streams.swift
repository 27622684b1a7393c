import Extraction

extension BackfillChoice {
    /// Which of some streams can be read by time; of a family, whose streams the account decides, all or none.
    init(_ streams: [ChosenStream]) {
        self.init(readable: [])
        for stream in streams {
            if let obstacle = stream.definition.backfillObstacle {
                for name in stream.names { refused[name] = obstacle }
            } else if stream.definition.isFamily, stream.only == nil {
                readable = nil
            } else {
                readable?.formUnion(stream.names)
            }
        }
    }
}
