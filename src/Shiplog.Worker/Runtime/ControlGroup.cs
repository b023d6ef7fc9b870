using System.Text;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Linux;

namespace Shiplog.Worker.Runtime;

/// <summary>The limits of a running container's control groups.</summary>
/// <param name="path">As the runtime was given it.</param>
internal sealed class ControlGroup(string path)
{
    /// <summary>Writes them one by one.</summary>
    /// <exception cref="LinuxException">The kernel refuses one; those before it hold.</exception>
    public void Limit(ResourceLimits limits)
    {
        foreach (var (controller, file, value) in Plan(limits))
        {
            // No limit is what a group has without the controller as well.
            if (value is not "max" || (Folder(controller) is { } folder && File.Exists(Path.Combine(folder, file))))
                Write(controller, file, value);
        }
    }

    /// <summary>Writes again what held before.</summary>
    /// <param name="limits">What has been written, or some of it.</param>
    /// <exception cref="LinuxException">The kernel refuses.</exception>
    public void Unlimit(ResourceLimits limits, ResourceLimits? before) =>
        Limit(LimitPlan.Before(limits, before, OfParent("cpuset.cpus"), OfParent("cpuset.mems")));

    private IEnumerable<ControlWrite> Plan(ResourceLimits limits)
    {
        if (Cgroups.IsUnified)
            return LimitPlan.V2(limits);
        var swap = ControlFile.Text(Folder("memory"), "memory.memsw.limit_in_bytes");
        return LimitPlan.V1(limits, swap is "" ? null : ControlFile.Parse(swap));
    }

    private string? Folder(string controller) => Cgroups.IsUnified ? Cgroups.UnifiedFolder(path) : Cgroups.Folder(controller, path);

    private string OfParent(string file) =>
        ControlFile.Text(Path.GetDirectoryName(Folder("cpuset")), Cgroups.IsUnified ? file + ".effective" : file);

    private void Write(string controller, string file, string value)
    {
        var folder = Folder(controller) ?? throw new LinuxException(Errno.ENOENT, "find", $"the control group of {controller}");
        using var handle = Files.Open(Path.Combine(folder, file), Interop.O_WRONLY);
        var bytes = Encoding.ASCII.GetBytes(value);
        if (Interop.Write(handle, bytes, (nuint)bytes.Length) != bytes.Length)
            throw LinuxException.Last("write", $"{value} to {file}");
    }
}
