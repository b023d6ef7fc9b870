using System.Security.Cryptography;
using System.Text;
using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Recordings;
using Shouldly;

namespace Shiplog.Worker.Tests.Recordings;

/// <summary>A recording by itself: how it ends, and what its seal says.</summary>
public sealed class EndingARecording : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("shiplog-recording-");
    private readonly RecordingPaths _paths;
    private readonly List<SessionRecordedReport> _seals = [];

    public EndingARecording() => _paths = new RecordingPaths(Instance.Load(_home.FullName), "box", "abc");

    public void Dispose() => _home.Delete(recursive: true);

    [Fact]
    public async Task With_its_session_is_whole_and_only_roots_to_read()
    {
        var seal = await RecordAsync(RecordMode.All, 1 << 20, recorder =>
        {
            recorder.Write(CastStream.Output, "$ "u8);
            recorder.Write(CastStream.Input, "ls\n"u8);
            recorder.Resize(90, 30);
            recorder.Write(CastStream.Output, [0xE2, 0x82]);
        });
        (seal.Cut, seal.Error, seal.ContainerId, seal.RecordingId).ShouldBe((null, null, "box", "abc"));
        Lines().Skip(1).Select(l => l[(l.IndexOf(',') + 1)..]).ShouldBe(
            ["\"o\",\"$ \"]", "\"i\",\"ls\\n\"]", "\"r\",\"90x30\"]", "\"o\",\"\uFFFD\"]"]);
        File.GetUnixFileMode(_paths.Part).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        IsSealedBy(seal);
    }

    [Fact]
    public async Task Without_leave_to_keep_input_has_none()
    {
        await RecordAsync(RecordMode.Output, 1 << 20, recorder =>
        {
            recorder.Write(CastStream.Input, "secret"u8);
            recorder.Write(CastStream.Output, "shown"u8);
        });
        File.ReadAllText(_paths.Part).ShouldNotContain("secret");
        File.ReadAllText(_paths.Part).ShouldContain("shown");
    }

    [Fact]
    public async Task That_is_too_large_is_cut_and_says_so()
    {
        var seal = await RecordAsync(RecordMode.Output, 4096, recorder =>
        {
            for (var i = 0; i < 1000; i++)
                recorder.Write(CastStream.Output, Encoding.ASCII.GetBytes($"line {i}\r\n"));
        });
        seal.Cut.ShouldBe("size");
        seal.Size.ShouldBeInRange(3500, 4096);
        Lines()[^1].ShouldContain("recording cut: it has reached its size of 4096 bytes");
        IsSealedBy(seal);
    }

    [Fact]
    public async Task That_the_disk_cannot_follow_is_cut_and_says_so()
    {
        var seal = await RecordAsync(RecordMode.Output, 1 << 20, recorder =>
        {
            recorder.Write(CastStream.Output, "before"u8);
            recorder.Write(CastStream.Output, new byte[SessionRecorder.Backlog + 1]);
            recorder.Write(CastStream.Output, "after"u8);
        });
        seal.Cut.ShouldBe("slow");
        Lines()[^1].ShouldContain("recording cut: more than 4194304 bytes waited to be written");
        File.ReadAllText(_paths.Part).ShouldContain("before");
        File.ReadAllText(_paths.Part).ShouldNotContain("after");
        IsSealedBy(seal);
    }

    [Fact]
    public async Task That_cannot_even_begin_says_why()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_paths.Folder)!);
        File.WriteAllText(_paths.Folder, "in the way");
        var seal = await RecordAsync(RecordMode.Output, 1 << 20, recorder => recorder.Write(CastStream.Output, "x"u8));
        (seal.Cut, seal.Size).ShouldBe(("disk", 0));
        seal.Error.ShouldNotBeNullOrEmpty();
    }

    private async Task<SessionRecordedReport> RecordAsync(RecordMode mode, long limit, Action<SessionRecorder> session)
    {
        var recorder = new SessionRecorder(_paths, new RecordedSession(mode, "sh", true, 80, 24), limit, TimeProvider.System, report =>
        {
            _seals.Add(report);
            return Task.CompletedTask;
        });
        session(recorder);
        recorder.Dispose();
        await recorder.Closed.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        return _seals.ShouldHaveSingleItem();
    }

    private string[] Lines() => File.ReadAllText(_paths.Part).TrimEnd('\n').Split('\n');

    private void IsSealedBy(SessionRecordedReport seal)
    {
        var content = File.ReadAllBytes(_paths.Part);
        content[^1].ShouldBe((byte)'\n');
        (seal.Size, seal.Digest).ShouldBe((content.Length, "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content))));
    }
}
