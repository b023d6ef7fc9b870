using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Orders;
using Shiplog.Worker.Runtime;

namespace Shiplog.Worker.Build;

/// <summary>Whom copied files belong to (<c>--chown</c>).</summary>
internal static class CopyOwner
{
    /// <summary>Looks names up in the image's own files. A user without a group has the group of the same name or number, which has to be there.</summary>
    /// <param name="spec"><c>user[:group]</c>, names or numbers.</param>
    /// <exception cref="OrderException">There is no such user or group.</exception>
    public static (uint Uid, uint Gid) Resolve(string spec, SafeFileHandle root)
    {
        var colon = spec.IndexOf(':', StringComparison.Ordinal);
        var (user, group) = colon < 0 ? (spec, spec) : (spec[..colon], spec[(colon + 1)..]);
        if (group.Contains(':', StringComparison.Ordinal))
            throw new OrderException(new OrderFailure(BuildStepMaker.Step, FailureKind.Invalid, $"invalid chown string format: {spec}"));
        var uid = Id(user, root, "etc/passwd") ?? throw Unknown("uid", "user", user);
        var gid = Id(group, root, "etc/group") ?? throw Unknown("gid", "group", group);
        return (uid, gid);
    }

    private static uint? Id(string text, SafeFileHandle root, string file)
    {
        if (text.Length > 0 && text.All(char.IsAsciiDigit))
        {
            return uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id <= int.MaxValue
                ? id
                : throw Refused($"uids and gids must be in range 0-{int.MaxValue}, not {text}");
        }
        var entry = text.Length == 0 ? null : ContainerUser.Read(root, file).FirstOrDefault(e => e.Length >= 3 && e[0] == text);
        return entry is not null && uint.TryParse(entry[2], NumberStyles.None, CultureInfo.InvariantCulture, out var found) && found <= int.MaxValue ? found : null;
    }

    private static OrderException Unknown(string id, string kind, string name) => Refused($"can't find {id} for {kind} {name}: no such {kind}: {name}");

    private static OrderException Refused(string why) => new(new OrderFailure(
        BuildStepMaker.Step, FailureKind.Invalid, "unable to convert uid/gid chown string to host mapping: " + why));
}
