/* SPDX-License-Identifier: GPL-2.0-or-later
 * Calls that are not written yet. */
#include "media/calls.h"


int do_EnumerateNtmsObject(struct txn *t, const struct caller *who, const struct EnumerateNtmsObject_in *in, struct EnumerateNtmsObject_out *out, struct err *e)
{
	return err_set(e, ERROR_CALL_NOT_IMPLEMENTED, "EnumerateNtmsObject is not there yet");
}

int do_GetNtmsObjectInformation(struct txn *t, const struct caller *who, const struct GetNtmsObjectInformation_in *in, struct GetNtmsObjectInformation_out *out, struct err *e)
{
	return err_set(e, ERROR_CALL_NOT_IMPLEMENTED, "GetNtmsObjectInformation is not there yet");
}

int do_SetNtmsObjectInformation(struct txn *t, const struct caller *who, const struct SetNtmsObjectInformation_in *in, struct SetNtmsObjectInformation_out *out, struct err *e)
{
	return err_set(e, ERROR_CALL_NOT_IMPLEMENTED, "SetNtmsObjectInformation is not there yet");
}

int do_GetNtmsObjectSecurity(struct txn *t, const struct caller *who, const struct GetNtmsObjectSecurity_in *in, struct GetNtmsObjectSecurity_out *out, struct err *e)
{
	return err_set(e, ERROR_CALL_NOT_IMPLEMENTED, "GetNtmsObjectSecurity is not there yet");
}

int do_SetNtmsObjectSecurity(struct txn *t, const struct caller *who, const struct SetNtmsObjectSecurity_in *in, struct SetNtmsObjectSecurity_out *out, struct err *e)
{
	return err_set(e, ERROR_CALL_NOT_IMPLEMENTED, "SetNtmsObjectSecurity is not there yet");
}

int do_EnableNtmsObject(struct txn *t, const struct caller *who, const struct EnableNtmsObject_in *in, struct EnableNtmsObject_out *out, struct err *e)
{
	return err_set(e, ERROR_CALL_NOT_IMPLEMENTED, "EnableNtmsObject is not there yet");
}

int do_DisableNtmsObject(struct txn *t, const struct caller *who, const struct DisableNtmsObject_in *in, struct DisableNtmsObject_out *out, struct err *e)
{
	return err_set(e, ERROR_CALL_NOT_IMPLEMENTED, "DisableNtmsObject is not there yet");
}

int do_CreateNtmsMediaPool(struct txn *t, const struct caller *who, const struct CreateNtmsMediaPool_in *in, struct CreateNtmsMediaPool_out *out, struct err *e)
{
	return err_set(e, ERROR_CALL_NOT_IMPLEMENTED, "CreateNtmsMediaPool is not there yet");
}

int do_GetNtmsMediaPoolName(struct txn *t, const struct caller *who, const struct GetNtmsMediaPoolName_in *in, struct GetNtmsMediaPoolName_out *out, struct err *e)
{
	return err_set(e, ERROR_CALL_NOT_IMPLEMENTED, "GetNtmsMediaPoolName is not there yet");
}

int do_DeleteNtmsMediaPool(struct txn *t, const struct caller *who, const struct DeleteNtmsMediaPool_in *in, struct DeleteNtmsMediaPool_out *out, struct err *e)
{
	return err_set(e, ERROR_CALL_NOT_IMPLEMENTED, "DeleteNtmsMediaPool is not there yet");
}

int do_AllocateNtmsMedia(struct txn *t, const struct caller *who, const struct AllocateNtmsMedia_in *in, struct AllocateNtmsMedia_out *out, struct err *e)
{
	return err_set(e, ERROR_CALL_NOT_IMPLEMENTED, "AllocateNtmsMedia is not there yet");
}

int do_MoveToNtmsMediaPool(struct txn *t, const struct caller *who, const struct MoveToNtmsMediaPool_in *in, struct MoveToNtmsMediaPool_out *out, struct err *e)
{
	return err_set(e, ERROR_CALL_NOT_IMPLEMENTED, "MoveToNtmsMediaPool is not there yet");
}

int do_DeallocateNtmsMedia(struct txn *t, const struct caller *who, const struct DeallocateNtmsMedia_in *in, struct DeallocateNtmsMedia_out *out, struct err *e)
{
	return err_set(e, ERROR_CALL_NOT_IMPLEMENTED, "DeallocateNtmsMedia is not there yet");
}

int do_SetNtmsMediaComplete(struct txn *t, const struct caller *who, const struct SetNtmsMediaComplete_in *in, struct SetNtmsMediaComplete_out *out, struct err *e)
{
	return err_set(e, ERROR_CALL_NOT_IMPLEMENTED, "SetNtmsMediaComplete is not there yet");
}

int do_UpdateNtmsOmidInfo(struct txn *t, const struct caller *who, const struct UpdateNtmsOmidInfo_in *in, struct UpdateNtmsOmidInfo_out *out, struct err *e)
{
	return err_set(e, ERROR_CALL_NOT_IMPLEMENTED, "UpdateNtmsOmidInfo is not there yet");
}

int do_MountNtmsMedia(struct txn *t, const struct caller *who, const struct MountNtmsMedia_in *in, struct MountNtmsMedia_out *out, struct err *e)
{
	return err_set(e, ERROR_CALL_NOT_IMPLEMENTED, "MountNtmsMedia is not there yet");
}

int do_DismountNtmsMedia(struct txn *t, const struct caller *who, const struct DismountNtmsMedia_in *in, struct DismountNtmsMedia_out *out, struct err *e)
{
	return err_set(e, ERROR_CALL_NOT_IMPLEMENTED, "DismountNtmsMedia is not there yet");
}

int do_InjectNtmsMedia(struct txn *t, const struct caller *who, const struct InjectNtmsMedia_in *in, struct InjectNtmsMedia_out *out, struct err *e)
{
	return err_set(e, ERROR_CALL_NOT_IMPLEMENTED, "InjectNtmsMedia is not there yet");
}

int do_EjectNtmsMedia(struct txn *t, const struct caller *who, const struct EjectNtmsMedia_in *in, struct EjectNtmsMedia_out *out, struct err *e)
{
	return err_set(e, ERROR_CALL_NOT_IMPLEMENTED, "EjectNtmsMedia is not there yet");
}

int do_InventoryNtmsLibrary(struct txn *t, const struct caller *who, const struct InventoryNtmsLibrary_in *in, struct InventoryNtmsLibrary_out *out, struct err *e)
{
	return err_set(e, ERROR_CALL_NOT_IMPLEMENTED, "InventoryNtmsLibrary is not there yet");
}

int do_SatisfyNtmsOperatorRequest(struct txn *t, const struct caller *who, const struct SatisfyNtmsOperatorRequest_in *in, struct SatisfyNtmsOperatorRequest_out *out, struct err *e)
{
	return err_set(e, ERROR_CALL_NOT_IMPLEMENTED, "SatisfyNtmsOperatorRequest is not there yet");
}

int do_CancelNtmsOperatorRequest(struct txn *t, const struct caller *who, const struct CancelNtmsOperatorRequest_in *in, struct CancelNtmsOperatorRequest_out *out, struct err *e)
{
	return err_set(e, ERROR_CALL_NOT_IMPLEMENTED, "CancelNtmsOperatorRequest is not there yet");
}

int do_WaitForNtmsOperatorRequest(struct txn *t, const struct caller *who, const struct WaitForNtmsOperatorRequest_in *in, struct WaitForNtmsOperatorRequest_out *out, struct err *e)
{
	return err_set(e, ERROR_CALL_NOT_IMPLEMENTED, "WaitForNtmsOperatorRequest is not there yet");
}

int do_RsmFindObject(struct txn *t, const struct caller *who, const struct RsmFindObject_in *in, struct RsmFindObject_out *out, struct err *e)
{
	return err_set(e, ERROR_CALL_NOT_IMPLEMENTED, "RsmFindObject is not there yet");
}

int do_RsmGetObjectDetail(struct txn *t, const struct caller *who, const struct RsmGetObjectDetail_in *in, struct RsmGetObjectDetail_out *out, struct err *e)
{
	return err_set(e, ERROR_CALL_NOT_IMPLEMENTED, "RsmGetObjectDetail is not there yet");
}
