/// Where accepted changes are kept so that a restarted process has them again; `JournalFile` is the real one.
package protocol StateJournal: AnyObject {
    /// Why nothing can be accepted now, in words for the client; nil while there is room.
    var refusal: String? { get }
    /// Keeps one record; the reason when it could not be.
    func append(_ record: [UInt8]) -> String?
    /// The records have become much longer than the state they lead to.
    var wantsImage: Bool { get }
    /// Begins anew with the state of now.
    func replace(with file: [UInt8])
}
