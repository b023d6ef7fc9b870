using Shiplog.Contracts;
using Shouldly;

namespace Shiplog.Worker.Tests.Recordings;

public sealed class ConfiguringRecordings : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("shiplog-recording-");

    public void Dispose() => _home.Delete(recursive: true);

    [Theory]
    [InlineData("{}", RecordMode.Off)]
    [InlineData("""{ "record-sessions": "off" }""", RecordMode.Off)]
    [InlineData("""{ "record-sessions": "output" }""", RecordMode.Output)]
    [InlineData("""{ "record-sessions": "all" }""", RecordMode.All)]
    public void What_is_recorded_is_a_word(string settings, RecordMode mode) => Load(settings).Settings.RecordSessions.ShouldBe(mode);

    [Theory]
    [InlineData("""{ "record-sessions": "some" }""", "record-sessions")]
    [InlineData("""{ "record-sessions": 7 }""", "record-sessions")]
    [InlineData("""{ "record-sessions": "output, all" }""", "record-sessions")]
    [InlineData("""{ "recording-bytes": 4095 }""", "recording-bytes")]
    [InlineData("""{ "recording-bytes": 268435457 }""", "recording-bytes")]
    [InlineData("""{ "kept-recording-days": -1 }""", "kept-recording-days")]
    [InlineData("""{ "kept-recording-days": 40000 }""", "kept-recording-days")]
    public void Anything_else_is_refused_by_its_key(string settings, string key) =>
        Should.Throw<InvalidDataException>(() => Load(settings)).Message.ShouldContain(key);

    private Instance Load(string settings)
    {
        File.WriteAllText(Path.Combine(_home.FullName, "shiplog.json"), settings);
        return Instance.Load(_home.FullName);
    }
}
