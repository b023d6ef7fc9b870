using System.Text.Json;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Runtime;
using Shiplog.Worker.Tests.Harness;
using Shouldly;

namespace Shiplog.Worker.Tests.Runtime;

public sealed class ReadingTheImagesUserFiles : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("shiplog-").FullName;

    [Fact]
    public void A_link_out_of_the_root_stays_inside()
    {
        Directory.CreateDirectory(Path.Combine(_root, "etc"));
        File.CreateSymbolicLink(Path.Combine(_root, "etc/passwd"), "/../../../../etc/hostname");
        ContainerUser.Resolve("5", _root).Uid.ShouldBe(5u);
        File.Delete(Path.Combine(_root, "etc/passwd"));
        File.CreateSymbolicLink(Path.Combine(_root, "etc/passwd"), "/proc/self/root/etc/passwd");
        Should.Throw<FormatException>(() => ContainerUser.Resolve("daemon", _root));
    }

    [Fact]
    public void A_pipe_in_its_place_is_refused_at_once()
    {
        Directory.CreateDirectory(Path.Combine(_root, "etc"));
        using (var make = System.Diagnostics.Process.Start("mkfifo", [Path.Combine(_root, "etc/passwd")]))
            make.WaitForExit();
        Should.Throw<InvalidDataException>(() => ContainerUser.Resolve("alice", _root)).Message.ShouldContain("not a regular file");
    }

    [Fact]
    public void A_huge_one_is_refused_unread()
    {
        Directory.CreateDirectory(Path.Combine(_root, "etc"));
        using (var file = File.Create(Path.Combine(_root, "etc/group")))
            file.SetLength(11 << 20);
        Should.Throw<InvalidDataException>(() => ContainerUser.Resolve("0", _root)).Message.ShouldContain("more than");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
