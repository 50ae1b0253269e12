/// One map as the request path reads it: a hash table of buckets, each an array of entries.
///
/// A change copies the bucket it touches and the chunk of the directory that names it; everything else is
/// shared with the table before.
package struct MapSnapshot: BitwiseCopyable {
    /// A power of two of them; an entry lies in the bucket of its hash's low bits, in order of insertion.
    package var buckets: ChunkedArray<RawArray<MapSnapshotEntry>> = .empty
    /// The distinct lengths of keys, ascending: what a longest-prefix match has to try.
    package var keyLengths: RawArray<UInt32> = .empty
    /// Every entry in order of insertion, where a way of matching has to look at each.
    package var ordered: RawArray<ListedEntry> = .empty
    /// The keys as regular expressions, if any lookup wants them.
    package var regexes: RawArray<Regex> = .empty

    package init() {}
}

/// One key of a map; of equal keys the first wins.
package struct MapSnapshotEntry: BitwiseCopyable {
    package var hash: UInt32 = 0
    /// The number of the backend the value names, or -1.
    package var backend: Int32 = -1
    package var key: RawText = .empty
    package var value: RawText = .empty

    package init() {}
}

/// One entry of a list whose keys are networks, numbers, expressions or parts of texts.
package struct ListedEntry: BitwiseCopyable {
    package var pattern: Pattern
    package var entry: MapSnapshotEntry
}
