@main enum ApusDemo { static func main() {} }
